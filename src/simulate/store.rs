//! A simulated scan as files: scan, sidecar, truth, masks.

use super::Simulated;
use crate::scan::{
    BeamSource, DENSITY_STEP, DensityFile, Digest, End, Error, PixelSize, Plane, Polarity, Result, Samples, Scan, Truth,
};
use crate::source::write::{self, Format};
use serde::Serialize;

/// A scan's files as bytes, under the names they get.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The truth, with file names and digest filled in.
    pub truth: Truth,
    /// File names and contents; the truth last, so that where it stands the others do too.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What a sidecar holds: the fields of [`crate::scan::Metadata`], the container number as plain text.
#[derive(Serialize)]
struct Sidecar<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scanner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pixel_mm: Option<PixelSize>,
    energies_mv: &'a [f32],
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<BeamSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doors: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    polarity: Option<Polarity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cargo: Option<&'a str>,
    /// Where it is not what the sample type can hold, such as 4095.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_scale: Option<f32>,
}

impl<'a> Sidecar<'a> {
    fn new(scan: &'a Scan) -> Self {
        let metadata = &scan.metadata;
        let stated = |plane: &Plane| match plane.samples {
            Samples::U8(_) => plane.full_scale != 255.0,
            Samples::U16(_) => plane.full_scale != 65535.0,
            _ => true,
        };
        Self {
            full_scale: scan.planes.first().filter(|plane| stated(plane)).map(|plane| plane.full_scale),
            container: metadata.container.as_ref().map(|c| c.number.as_str()),
            scanner: metadata.scanner.as_deref(),
            time: metadata.time.as_deref(),
            pixel_mm: metadata.pixel_mm,
            energies_mv: &metadata.energies_mv,
            source: metadata.source,
            view: metadata.view.as_deref(),
            doors: metadata.doors,
            polarity: metadata.polarity,
            cargo: metadata.cargo.as_deref(),
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| Error::bug(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Encodes a simulated scan under a name without suffix: `NAME.tif` (or another format's suffix), `NAME.json` (sidecar),
/// `NAME.mask.png` (`NAME.mask2.png` and so on for further loads), with `density` also `NAME.density.png` where something is
/// hidden, and `NAME.truth.json`.
///
/// # Errors
/// A parameter error where the format cannot hold the scan, such as two planes in a PNG.
pub fn encode_all(simulated: &Simulated, name: &str, format: Format, density: bool) -> Result<Encoded> {
    let mut truth = simulated.truth.clone();
    let scan = write::encode(&simulated.scan, format)?;
    truth.scan.file = format!("{name}.{}", format.suffix());
    truth.scan.sha256 = Digest::of(&scan);
    let mut files =
        vec![(truth.scan.file.clone(), scan), (format!("{name}.json"), json(&Sidecar::new(&simulated.scan))?)];
    for (number, (mask, load)) in simulated.masks.iter().zip(&mut truth.loads).enumerate() {
        let file = if number == 0 { format!("{name}.mask.png") } else { format!("{name}.mask{}.png", number + 1) };
        let bytes = write::png_gray8(mask)?;
        load.mask_sha256 = Some(Digest::of(&bytes));
        files.push((file.clone(), bytes));
        load.mask = Some(file);
    }
    if density && !truth.loads.is_empty() {
        let steps = simulated.density.mapv(|kg_m2| (kg_m2 / DENSITY_STEP).round().clamp(0.0, 65535.0) as u16);
        let (file, bytes) = (format!("{name}.density.png"), write::png_gray16(&steps)?);
        truth.density = Some(DensityFile { file: file.clone(), sha256: Digest::of(&bytes) });
        files.push((file, bytes));
    }
    files.push((format!("{name}.truth.json"), json(&truth)?));
    Ok(Encoded { truth, files })
}
