//! What DICOM attributes say of a scan.

use super::decoded::Decoded;
use super::{fields, time};
use crate::scan::{BeamSource, ContainerNumber, Error, PixelSize, Polarity, Result};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;
use dicom_object::{DefaultDicomObject, InMemDicomObject};

/// The attributes that may name the container: DICOS puts the inspected object's identity where DICOM has the patient's.
const IDENTITIES: [Tag; 6] = [
    tags::PATIENT_ID,
    tags::CONTAINER_IDENTIFIER,
    tags::ITINERARY_ID,
    tags::PATIENT_NAME,
    tags::ACCESSION_NUMBER,
    tags::PATIENT_COMMENTS,
];

/// Read access to a data set, with the groups that all frames share.
pub(super) struct Attributes<'a> {
    object: &'a DefaultDicomObject,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(object: &'a DefaultDicomObject) -> Self {
        Self { object }
    }

    /// The class of the instance, from the meta group or the data set.
    pub(super) fn sop_class(&self) -> String {
        let meta = self.object.meta().media_storage_sop_class_uid();
        let meta = meta.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        if meta.is_empty() { self.text(tags::SOP_CLASS_UID).unwrap_or_default() } else { meta.to_owned() }
    }

    /// The element, at the top or in a sequence of the shared functional groups (PS3.3, C.7.6.16).
    fn element(&self, tag: Tag) -> Option<&InMemElement> {
        let first = |object: &'a InMemDicomObject, sequence: Tag| object.get(sequence)?.items()?.first();
        let shared = || {
            let groups = first(self.object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?;
            let sequences = [tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, tags::PIXEL_MEASURES_SEQUENCE];
            sequences.into_iter().find_map(|sequence| first(groups, sequence)?.get(tag))
        };
        self.object.get(tag).or_else(shared)
    }

    pub(super) fn int(&self, tag: Tag) -> Option<i64> {
        self.element(tag)?.to_int::<i64>().ok()
    }

    fn numbers(&self, tag: Tag) -> Option<Vec<f64>> {
        self.element(tag)?.to_multi_float64().ok()
    }

    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        fields::clean(&self.element(tag)?.to_str().ok()?)
    }

    /// Slope and intercept; 1 and 0 where there are none.
    pub(super) fn rescale(&self) -> Result<(f64, f64)> {
        let frames = self.object.get(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).and_then(|element| element.items());
        if frames.into_iter().flatten().any(|frame| frame.get(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE).is_some()) {
            return Err(Error::unsupported("a rescale slope for each frame, expected one for all"));
        }
        let one = |tag, name: &str, default: f64| match self.element(tag) {
            None => Ok(default),
            Some(element) => element
                .to_float64()
                .ok()
                .filter(|value| value.is_finite())
                .ok_or_else(|| Error::format(format!("{name} {tag} is no number"))),
        };
        let slope = one(tags::RESCALE_SLOPE, "RescaleSlope", 1.0)?;
        if slope == 0.0 {
            return Err(Error::format(format!("RescaleSlope {} is 0", tags::RESCALE_SLOPE)));
        }
        Ok((slope, one(tags::RESCALE_INTERCEPT, "RescaleIntercept", 0.0)?))
    }
}

/// Fills the metadata from the attributes.
pub(super) fn metadata(attributes: &Attributes<'_>, decoded: &mut Decoded) {
    let text = |tag| attributes.text(tag);
    // Toolkits fill mandatory attributes with this word.
    let known = |tag| text(tag).filter(|text| !text.eq_ignore_ascii_case("unknown"));
    let metadata = &mut decoded.metadata;
    metadata.instance_uid = text(tags::SOP_INSTANCE_UID);
    metadata.container = IDENTITIES.into_iter().find_map(|tag| ContainerNumber::find(&text(tag)?));
    let maker: Vec<String> = [tags::MANUFACTURER, tags::MANUFACTURER_MODEL_NAME, tags::DEVICE_SERIAL_NUMBER]
        .into_iter()
        .filter_map(known)
        .collect();
    metadata.scanner = if maker.is_empty() { known(tags::STATION_NAME) } else { fields::clean(&maker.join(" ")) };
    metadata.view = text(tags::VIEW_POSITION).map(|view| view.to_lowercase());
    metadata.time = acquisition_time(attributes);
    // DICOM gives the kV of a tube or accelerator; gamma sources give none.
    if let Some(kilovolts) =
        attributes.numbers(tags::KVP).filter(|all| all.iter().all(|kv| (1.0..=100_000.0).contains(kv)))
    {
        metadata.energies_mv = kilovolts.iter().map(|kv| (kv / 1000.0) as f32).collect();
        metadata.source = Some(BeamSource::Accelerator);
    }
    // The intensity relationship says how counts go with the beam (PS3.3, C.8.11.3.1.2), as they are stored: a falling rescale
    // slope turns them round. Without it, low values that are shown white are taken for air, which cargo images show bright.
    let falls = attributes.rescale().is_ok_and(|(slope, _)| slope < 0.0);
    let sign = attributes.int(tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN).map(|sign| if falls { -sign } else { sign });
    metadata.polarity = match sign {
        Some(1) => Some(Polarity::AirBright),
        Some(-1) => Some(Polarity::AirDark),
        _ if text(tags::PHOTOMETRIC_INTERPRETATION).as_deref() == Some("MONOCHROME1") => Some(Polarity::AirDark),
        _ => None,
    };
    let spacing = [tags::PIXEL_SPACING, tags::IMAGER_PIXEL_SPACING].into_iter().find_map(|tag| attributes.numbers(tag));
    // The distance between rows comes first.
    if let Some([y, x]) = spacing.as_deref() {
        metadata.pixel_mm = PixelSize::new(*x as f32, *y as f32);
        if metadata.pixel_mm.is_none() {
            decoded.warn("pixel_size_implausible", format!("a pixel spacing of {x} x {y} mm was not believed"));
        }
    }
    if attributes.element(tags::MODALITY_LUT_SEQUENCE).is_some() {
        decoded.warn("modality_lut_ignored", "the file has a modality look-up table; values were read as stored");
    }
    // Everything behind takes values for proportional to dose. Logarithms would be taken twice.
    if let Some(relation) = attributes.text(tags::PIXEL_INTENSITY_RELATIONSHIP).filter(|relation| relation != "LIN") {
        let message = format!(
            "the pixel intensity relationship is {relation}, expected LIN: values were taken as linear all the same"
        );
        decoded.warn("intensity_not_linear", message);
    }
}

fn acquisition_time(attributes: &Attributes<'_>) -> Option<String> {
    let offset = attributes.text(tags::TIMEZONE_OFFSET_FROM_UTC).unwrap_or_default();
    if let Some(both) = attributes.text(tags::ACQUISITION_DATE_TIME).filter(|text| text.is_ascii() && text.len() >= 8) {
        let (date, rest) = both.split_at(8);
        let (time, own) = rest.find(['+', '-']).map_or((rest, ""), |at| rest.split_at(at));
        return time::dicom(date, time, if own.is_empty() { &offset } else { own });
    }
    let pairs = [
        (tags::ACQUISITION_DATE, tags::ACQUISITION_TIME),
        (tags::CONTENT_DATE, tags::CONTENT_TIME),
        (tags::SERIES_DATE, tags::SERIES_TIME),
        (tags::STUDY_DATE, tags::STUDY_TIME),
    ];
    pairs.into_iter().find_map(|(date, time)| {
        time::dicom(&attributes.text(date)?, &attributes.text(time).unwrap_or_default(), &offset)
    })
}
