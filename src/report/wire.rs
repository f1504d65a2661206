//! The report of one scan, version 1 of the wire format.

use crate::infer::{Calibration, Contract, ModelInfo};
use crate::judge::{Calibrated, Familiarity, Judgement, Reason, ReasonCode, Region, UnseenArea, Verdict};
use crate::prepare::{Frame, Located, Prepared, Step};
use crate::scan::{BoxPx, Digest, End, Energy, Error, Fault, Metadata, PixelSize, Plane, Result, Scan, Warning};
use crate::source::Limits;
use crate::{judge, prepare};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of reports and summaries that this library writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// `portray`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// A digest of the sources, built-in models and dependencies it was built from: 16 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
}

impl Generator {
    /// This library.
    pub fn this() -> Self {
        Self {
            name: "portray".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            build: option_env!("PORTRAY_BUILD").map(str::to_owned),
        }
    }
}

/// One plane of the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaneInfo {
    /// The beam energy it was taken with.
    pub energy: Energy,
    /// The stored sample type: `u8`, `u16`, `u32`, `i32` or `f32`.
    pub samples: String,
    /// The largest value the detector could record, in sample units.
    pub full_scale: f32,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanInfo {
    /// The path below the folder that was searched, or as given where the file itself was; no two scans share one.
    pub name: String,
    /// SHA-256 of the file; null where it could not be read.
    pub sha256: Option<Digest>,
    /// SHA-256 of the sidecar beside it, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_sha256: Option<Digest>,
    /// The file's length in bytes; null where it could not be read.
    pub bytes: Option<u64>,
    /// The file format: `png`, `tiff`, `jpeg`, `npy`, `raw`, `dicom` or `dicos`; null where it was not recognised.
    pub format: Option<String>,
    /// Columns; null where the scan could not be read.
    pub width: Option<u32>,
    /// Rows; null where the scan could not be read.
    pub height: Option<u32>,
    /// The planes, high energy first.
    pub planes: Vec<PlaneInfo>,
    /// What the file, its sidecar and its name say.
    pub metadata: Metadata,
}

impl ScanInfo {
    /// What is known of a file that could not be read: its name.
    pub fn unread(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sha256: None,
            sidecar_sha256: None,
            bytes: None,
            format: None,
            width: None,
            height: None,
            planes: Vec::new(),
            metadata: Metadata::default(),
        }
    }

    /// What is known of a scan that was read.
    pub fn of(name: &str, scan: &Scan) -> Self {
        let plane = |plane: &Plane| PlaneInfo {
            energy: plane.energy,
            samples: plane.samples.type_name().to_owned(),
            full_scale: plane.full_scale,
        };
        Self {
            sha256: Some(scan.digest),
            bytes: Some(scan.bytes),
            format: Some(scan.format.to_owned()),
            width: Some(scan.width()),
            height: Some(scan.height()),
            planes: scan.planes.iter().map(plane).collect(),
            metadata: scan.metadata.clone(),
            ..Self::unread(name)
        }
    }
}

/// Which model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelReport {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the ONNX file.
    pub sha256: Digest,
    /// SHA-256 of its contract as JSON, whether it came inside the ONNX file or beside it.
    pub contract_sha256: Digest,
    /// Its licence.
    pub licence: String,
    /// True for a graph that was never trained: what it finds is a first hint, what it leaves is unproven.
    pub baseline: bool,
    /// How its threshold was calibrated, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// The runtime and its version.
    pub runtime: String,
    /// The execution provider that ran it.
    pub provider: String,
}

impl ModelReport {
    /// A model for tests of what stands beside it.
    #[cfg(test)]
    pub(crate) fn stand_in() -> Self {
        Self {
            name: "m".into(),
            version: "1".into(),
            sha256: Digest::of(b"m"),
            contract_sha256: Digest::of(b"c"),
            licence: "MIT".into(),
            baseline: false,
            calibration: None,
            runtime: "none".into(),
            provider: "cpu".into(),
        }
    }

    /// What a report says of a model.
    pub fn new(contract: &Contract, info: &ModelInfo) -> Self {
        Self {
            name: contract.name.clone(),
            version: contract.version.clone(),
            sha256: info.digest,
            contract_sha256: Digest::of(&serde_json::to_vec(contract).unwrap_or_default()),
            licence: contract.licence.clone(),
            baseline: contract.baseline,
            calibration: contract.calibration.clone(),
            runtime: info.runtime.clone(),
            provider: info.provider.clone(),
        }
    }
}

/// How counts became what the model saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preparation {
    /// The prepared part of the picture, in source pixels.
    pub crop_px: BoxPx,
    /// Its size in mm: length along the container and height.
    pub crop_mm: PixelSizeMm,
    /// What it holds.
    pub located: Located,
    /// Source pixel size in mm.
    pub source_pixel_mm: PixelSize,
    /// Prepared pixel size in mm.
    pub pixel_mm: PixelSize,
    /// The end of the picture where the doors are.
    pub doors: End,
    /// Whether that was stated; otherwise it is a convention.
    pub doors_known: bool,
    /// The lowest transmission that counts as measured.
    pub noise_floor: f32,
    /// The steps in their order.
    pub steps: Vec<Step>,
}

/// A size in mm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PixelSizeMm {
    /// Along the container.
    pub width: f32,
    /// Upwards.
    pub height: f32,
}

impl Preparation {
    /// What a report says of the preparation.
    pub fn new(prepared: &Prepared) -> Self {
        let Frame { crop, located, source_pixel, pixel_sigma: _, pixel, doors, doors_known } = prepared.frame;
        Self {
            crop_px: crop,
            crop_mm: PixelSizeMm {
                width: crop.width as f32 * source_pixel.x,
                height: crop.height as f32 * source_pixel.y,
            },
            located,
            source_pixel_mm: source_pixel,
            pixel_mm: pixel,
            doors,
            doors_known,
            noise_floor: prepared.noise_floor,
            steps: prepared.steps.clone(),
        }
    }
}

/// The settings of a run, by stage: with the same settings, model and scan comes the same report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Limits on files.
    pub limits: Limits,
    /// Counts to what the model sees.
    pub prepare: prepare::Settings,
    /// Scores to a verdict.
    pub judge: judge::Settings,
    /// SHA-256 of the dark frame's file; null where none was given.
    pub dark_frame_sha256: Option<Digest>,
    /// SHA-256 of the dark frame's sidecar, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark_sidecar_sha256: Option<Digest>,
    /// SHA-256 of the air frame's file; null where none was given.
    pub air_frame_sha256: Option<Digest>,
    /// SHA-256 of the air frame's sidecar, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub air_sidecar_sha256: Option<Digest>,
}

/// Why a scan failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorInfo {
    /// Whose fault it is.
    pub fault: Fault,
    /// Where in the file: `byte 132`, `page 1, strip 4`, `frame 1, byte 88`, `sidecar a.json, key "doors"`; null where there is no
    /// such place.
    pub place: Option<String>,
    /// What was expected and what was found.
    pub message: String,
    /// What to do; null where nothing is known to help.
    pub help: Option<String>,
}

impl From<Error> for ErrorInfo {
    fn from(error: Error) -> Self {
        let Error { fault, place, message, help } = error;
        Self { fault, place, message, help }
    }
}

/// Wall times; the only part of a report that differs between runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    /// Reading and decoding, in ms.
    pub read_ms: f64,
    /// Preparing, in ms.
    pub prepare_ms: f64,
    /// Inference in all, in ms.
    pub infer_ms: f64,
    /// The part of it spent inside the runtime, in ms.
    pub runtime_ms: f64,
    /// Judging, in ms.
    pub judge_ms: f64,
    /// Drawing the overlay, in ms.
    pub overlay_ms: f64,
    /// How often the runtime was asked: once for a whole or squeezed scan, once for each batch of tiles.
    pub runs: u32,
    /// Threads that worked on this scan.
    pub threads: u32,
}

/// The report of one scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// What was read.
    pub scan: ScanInfo,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why it is not clear; empty for clear scans.
    pub reasons: Vec<Reason>,
    /// Score of the scan, 0 to 1; null where it failed.
    pub score: Option<f32>,
    /// The highest value of the model's map, whatever became of it; null for models without a map, and
    /// where the scan failed.
    pub map_peak: Option<f32>,
    /// The threshold it was compared with; null where it failed.
    pub threshold: Option<f32>,
    /// The scan among clean ones, where a calibration was given; absent where the scan failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibrated>,
    /// How like the scans that the model was trained on it is; only with models that tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub familiarity: Option<Familiarity>,
    /// Places the model points at, highest score first.
    pub regions: Vec<Region>,
    /// Places that were not seen, largest first: unpenetrated or repaired.
    pub unseen: Vec<UnseenArea>,
    /// Why the scan failed; null where it did not.
    pub error: Option<ErrorInfo>,
    /// What was odd.
    pub warnings: Vec<Warning>,
    /// The picture with the regions drawn in, relative to the output folder; null where none was drawn.
    pub overlay: Option<String>,
    /// Which model answered.
    pub model: ModelReport,
    /// How counts became what the model saw; null where it did not come to that.
    pub preparation: Option<Preparation>,
    /// The settings of the run, by stage.
    pub settings: RunSettings,
    /// Wall times, unless left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
}

impl Report {
    /// The report of a judged scan; overlay and timings are added by the caller. `warnings` are those of the reading.
    pub fn judged(
        scan: ScanInfo,
        warnings: &[Warning],
        prepared: &Prepared,
        judgement: Judgement,
        model: ModelReport,
        settings: RunSettings,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            generator: Generator::this(),
            scan,
            verdict: judgement.verdict,
            reasons: judgement.reasons,
            score: Some(judgement.score),
            map_peak: judgement.map_peak,
            threshold: Some(judgement.threshold),
            calibration: judgement.calibration,
            familiarity: judgement.familiarity,
            regions: judgement.regions,
            unseen: judgement.unseen,
            error: None,
            warnings: [warnings, &prepared.warnings, &judgement.warnings].concat(),
            overlay: None,
            model,
            preparation: Some(Preparation::new(prepared)),
            settings,
            timings: None,
        }
    }

    /// The report of a scan that failed.
    pub fn failed(scan: ScanInfo, error: Error, model: ModelReport, settings: RunSettings) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            generator: Generator::this(),
            scan,
            verdict: Verdict::Failed,
            reasons: vec![Reason { code: ReasonCode::Failed, message: error.to_string() }],
            score: None,
            map_peak: None,
            threshold: None,
            calibration: None,
            familiarity: None,
            regions: Vec::new(),
            unseen: Vec::new(),
            error: Some(error.into()),
            warnings: Vec::new(),
            overlay: None,
            model,
            preparation: None,
            settings,
            timings: None,
        }
    }

    /// Reads a report.
    ///
    /// # Errors
    /// A format error for anything but a report of version 1, unknown fields among it.
    pub fn from_json(text: &[u8]) -> Result<Self> {
        let report: Self = serde_json::from_slice(text)
            .map_err(|error| Error::format(format!("not a portray report: {error}")).help("was it edited by hand?"))?;
        if report.schema_version != SCHEMA_VERSION {
            return Err(Error::unsupported(format!(
                "report has schema_version {}, this portray reads {SCHEMA_VERSION}",
                report.schema_version
            )));
        }
        Ok(report)
    }
}

/// Any wire type as indented JSON with a final line break.
///
/// # Errors
/// A bug error where a value cannot be written: JSON has no infinity, and a number that slipped through would make a report
/// that nobody can read.
pub fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::bug(format!("a {} cannot be written: {error}", std::any::type_name::<T>()))
    };
    super::finite::check(value).map_err(|error| failed(&error))?;
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| failed(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}
