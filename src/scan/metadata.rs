//! What is known about a scan beside its pixels.

use super::{ContainerNumber, PixelSize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How grey values relate to the beam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Large values where nothing absorbs: values grow with transmission.
    AirBright,
    /// Large values where much absorbs: values fall with transmission.
    AirDark,
}

/// What makes the radiation: it decides what a stated energy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BeamSource {
    /// A linear accelerator, betatron or tube: the energy is the end point of a bremsstrahlung spectrum.
    Accelerator,
    /// A radioactive source such as Co-60 or Cs-137: the energy is that of its photons.
    Gamma,
}

/// An end of the image along the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Column 0.
    Left,
    /// The last column.
    Right,
}

/// What the file's tags, its sidecar and its name say; every field may be missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The ISO 6346 container number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerNumber>,
    /// The scanner's identity: station, maker, model or serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    /// When the scan was taken: RFC 3339, or as the file gives it where it names no zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Pixel size in mm on the container's middle plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixel_mm: Option<PixelSize>,
    /// Beam end-point energies in MV (sources: `MeV`), one per plane.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub energies_mv: Vec<f32>,
    /// What the energies are those of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<BeamSource>,
    /// The view's name, such as `side` or `top`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// At which end of the image the container's doors are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doors: Option<End>,
    /// Whether air is bright or dark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polarity: Option<Polarity>,
    /// The cargo as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cargo: Option<String>,
    /// The DICOM instance that the pixels came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_uid: Option<String>,
}
