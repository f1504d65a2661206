//! What a simulated scan holds: written beside it as `NAME.truth.json`, read by whatever compares reports with the truth.

use super::{BoxPx, Digest, End, PixelSize, Point};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The truth about one simulated scan. All pixel positions are those of the scan file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Version of this document's layout: [`Truth::SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The scan file beside this document.
    pub scan: ScanFile,
    /// The program that made the scan.
    pub generator: Generator,
    /// The seed of the set that the scan belongs to.
    pub seed: u64,
    /// The scan's number in the set; seed, index, view, scenario and scanner render the same scan again. Of a part of a data
    /// set it is the part (0 train, 1 val, 2 test) times 2^32, plus the scan's number within the part, which its file's name has.
    /// Of a projected scan it is the first 32 bits of the clean scan's digest times 2^16, plus the number of the variant.
    pub index: u64,
    /// Which view of the container this is, from 1; a second view is a scan of its own.
    #[serde(default = "first")]
    pub view: u32,
    /// The part of a data set that it was made for: `train`, `val` or `test`; nothing where none was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// The scenario as it was checked, in the layout of scenario files.
    pub scenario: serde_json::Value,
    /// The scanner as it was checked, in the layout of scanner files.
    pub scanner: serde_json::Value,
    /// The container.
    pub container: ContainerTruth,
    /// The cargo family, such as `bananas`.
    pub cargo: String,
    /// Pixel size in mm.
    pub pixel_mm: PixelSize,
    /// True where nothing is hidden.
    pub clean: bool,
    /// What lies about that raises false alarms and is nothing, such as `spare_wheel`; empty in files from before it was told.
    #[serde(default)]
    pub ordinary: Vec<String>,
    /// What is hidden.
    pub loads: Vec<LoadTruth>,
    /// The picture of what the hidden goods weigh, beside this document: 16 bits a pixel, in tenths of kg/m² of all goods
    /// together, without their packing. Only where it was asked for and something is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<DensityFile>,
}

/// A picture of areal density and its content's digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DensityFile {
    /// Its name.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

fn first() -> u32 {
    1
}

/// What masks show the goods with; lower values are what else a load changes.
pub const MASK_GOODS: u8 = 255;
/// Pictures of areal density count in steps of so many kg/m².
pub const DENSITY_STEP: f32 = 0.1;

impl Truth {
    /// The layout's version.
    pub const SCHEMA_VERSION: u32 = 1;
}

/// A scan file and its content's digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanFile {
    /// The file's name, without folders.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// A program and its version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// The program.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Which container was scanned and where it is in the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerTruth {
    /// The type, such as `box40` or `reefer40`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The ISO 6346 number.
    pub number: String,
    /// Its outer sides.
    pub box_px: BoxPx,
    /// The end of the image where the doors are.
    pub doors: End,
    /// What carries it, such as `chassis`, or `none`.
    pub vehicle: String,
}

/// Where a load is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadClass {
    /// Bags just behind the doors.
    RipOff,
    /// Inside a reefer's refrigeration unit.
    ReeferMachinery,
    /// In the container's own structure: floor, roof, false walls, beams.
    Structure,
    /// Among or inside the cargo.
    InCargo,
    /// In a container declared empty.
    InEmpty,
    /// People.
    Person,
}

impl LoadClass {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::RipOff, Self::ReeferMachinery, Self::Structure, Self::InCargo, Self::InEmpty, Self::Person];

    /// The class as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RipOff => "rip_off",
            Self::ReeferMachinery => "reefer_machinery",
            Self::Structure => "structure",
            Self::InCargo => "in_cargo",
            Self::InEmpty => "in_empty",
            Self::Person => "person",
        }
    }
}

/// One hidden load. "Extra attenuation" is the difference of -ln T between the scene with and without
/// the load, without noise; cargo that the load displaces counts against it, so it can be negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadTruth {
    /// Where it is hidden.
    pub class: LoadClass,
    /// The place within the class, such as `roof` or `door_gap`.
    pub place: String,
    /// What it is, such as `narcotics` or `weapons`; empty in files from before it was told.
    #[serde(default)]
    pub goods: String,
    /// How it is packed, such as `sports_bags`; empty in files from before it was told.
    #[serde(default)]
    pub packing: String,
    /// Its material, such as `cocaine_hcl`; of goods of several materials the main one.
    pub material: String,
    /// Its mass in kg as built, packing not counted.
    pub mass_kg: f32,
    /// The mass in kg of cargo (or foam, or machinery) that was taken away to make room for it.
    #[serde(default)]
    pub displaced_kg: f32,
    /// The smallest box around its mask, in source pixels.
    pub box_px: BoxPx,
    /// Outlines of its mask in source pixels, corner-based (pixel (c, r) covers c..c+1 by r..r+1), clockwise as seen on the
    /// screen: a polygon for each piece of pixels that touch by their sides; a piece with a hole is cut upright through the
    /// hole's middle. Each shares at least 95 % of its union with its piece, by leaving out corners of at most a pixel.
    pub polygons: Vec<Vec<Point>>,
    /// The mask's area in mm².
    pub area_mm2: f32,
    /// The area in mm² of all that it changes in the picture: its goods, and where their packing or what was taken away
    /// for them changes some plane by more than two standard deviations of a pixel's noise.
    #[serde(default)]
    pub changed_mm2: f32,
    /// Extra attenuation per energy, in the order of the scan's planes.
    pub extra_attenuation: Vec<ExtraAttenuation>,
    /// Mean length of the beam's path through the load's material over the mask, in mm.
    pub path_mm: f32,
    /// Mean extra attenuation in the first plane over one pixel's standard deviation of attenuation behind the load
    /// (photon, electronic and quantisation noise; the median over the mask).
    pub contrast_to_noise: f32,
    /// Mean extra attenuation in the first plane over the noiseless scene's standard deviation of attenuation
    /// within 100 mm around the mask's box: how much the load stands out from the cargo's own structure. Negative where the
    /// load absorbs less than what was taken away for it.
    pub contrast_to_clutter: f32,
    /// Whether the beam can show that something is changed: it gets through at least half of the mask (more than
    /// twice the electronic noise is left) and the contrast to noise, averaged over 25 mm by 25 mm, is at
    /// least 5 either way, darker or brighter (Rose's criterion). It does not say that a load is easy to tell from the cargo
    /// around it: `distinct` does.
    pub visible: bool,
    /// Whether it is visible and also stands out from the cargo's own structure: a contrast to clutter of at least 1, either way.
    #[serde(default)]
    pub distinct: bool,
    /// The file with the load's mask beside this document: 8-bit PNG of the scan's size, 255 where its goods are, 128 where
    /// else it changes the picture (`changed_mm2`), 0 elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// SHA-256 of that file's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_sha256: Option<Digest>,
}

/// Extra attenuation in one plane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraAttenuation {
    /// The plane's beam energy in MV.
    pub energy_mv: f32,
    /// Mean over the mask.
    pub mean: f32,
    /// The largest value.
    pub peak: f32,
}
