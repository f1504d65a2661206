//! Scans as training examples: what a model gets of them and, on the same grid, what is hidden in them.

use crate::infer::{Channel, InputContract, input_tensor};
use crate::judge::{Beam, MassAttenuation};
use crate::prepare::{self, Frame, area_means};
use crate::scan::{BoxPx, DENSITY_STEP, Digest, End, Error, MASK_GOODS, PixelSize, Result, Truth};
use crate::source::{self, Entry, Limits};
use ndarray::{Array2, Array3, Zip};
use serde::Serialize;
use std::path::Path;

/// A pixel is a load's where its goods cover at least this share of it.
const COVERED: f32 = 0.5;
/// The same for what else a load changes.
const CHANGED: f32 = 0.25;
/// What stands in [`Hidden::loads`] where only packing, or what was taken away, changes the picture.
pub const BESIDE: u8 = 255;
/// The most loads of one scan that are told apart.
const MOST_LOADS: usize = 200;

/// A scan as a model sees it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The model's input, `[channel, row, column]`.
    pub input: Array3<f32>,
    /// What is hidden; nothing where no truth stands beside the scan.
    pub hidden: Option<Hidden>,
    /// What else is known.
    pub facts: ExampleFacts,
}

/// What is hidden in a scan, on the grid of the model's input.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// 0 for nothing, n for the goods of the truth's n-th load, [`BESIDE`] where a load changes the picture otherwise.
    pub loads: Array2<u8>,
    /// Areal density in kg/m² of the hidden goods alone; nothing where the truth does not tell it.
    pub density: Option<Array2<f32>>,
}

/// A scan's facts beside its pixels; a line of `tensors.jsonl`.
#[derive(Debug, Clone, Serialize)]
pub struct ExampleFacts {
    /// What the example's files are called.
    pub name: String,
    /// The scan's name as it was given.
    pub scan: String,
    /// SHA-256 of the scan's file.
    pub sha256: Digest,
    /// Size of the example's pixels in mm.
    pub pixel_mm: PixelSize,
    /// The part of the scan that it shows, in the scan's pixels.
    pub crop_px: BoxPx,
    /// Where the doors are.
    pub doors: End,
    /// The energies of the planes, the high one first, as the scan states them.
    pub energies_mv: Vec<f32>,
    /// Mass attenuation coefficient of organic goods that mass is told with at the high energy, in cm²/g.
    pub coefficient_cm2_g: f32,
    /// Codes of the preparation's warnings.
    pub warnings: Vec<String>,
    /// The truth's file beside the scan.
    pub truth: Option<String>,
}

/// How examples are made.
pub struct ExampleLine<'a> {
    /// What the model gets.
    pub input: &'a InputContract,
    /// Settings of the preparation.
    pub prepare: prepare::Checked,
    /// Dark and air frames, if any.
    pub calibration: prepare::Calibration,
    /// What a file may hold.
    pub limits: Limits,
}

impl ExampleLine<'_> {
    /// Makes the example of one scan, with the truth that stands beside it (`NAME.truth.json`), if there is one.
    ///
    /// # Errors
    /// What reading and preparing the scan gives; format errors for a truth that is no truth, that is another scan's, or whose
    /// pictures are not there or not as they were written.
    pub fn example(&self, entry: &Entry, name: &str) -> Result<Example> {
        let scan = source::open(entry, &self.limits)?;
        let asks = |wanted: &[Channel]| self.input.channels.iter().any(|channel| wanted.contains(channel));
        let target = prepare::Target {
            pixel_mm: self.input.pixel_mm,
            transmission: asks(&[Channel::Transmission, Channel::TransmissionLow]),
            ratio: asks(&[Channel::Ratio]),
        };
        let prepared = prepare::prepare(&scan, target, &self.prepare, &self.calibration)?;
        let input = input_tensor(&prepared, self.input)?;
        let truth_file = entry.path.with_extension("truth.json");
        let truth = truth(&truth_file)?;
        if let Some(truth) = truth.as_ref().filter(|truth| truth.scan.sha256 != scan.digest) {
            let message = format!("is of a file whose SHA-256 is {}, the scan's is {}", truth.scan.sha256, scan.digest);
            return Err(Error::format(message)
                .at(truth_file.display().to_string())
                .help("bring back the scan, or make the truth again"));
        }
        let size = (scan.height() as usize, scan.width() as usize);
        let hidden = match &truth {
            Some(truth) => Some(self.hidden(truth, &entry.path, size, &prepared.frame, prepared.dim())?),
            None => None,
        };
        let beam = Beam::of(prepared.energies_mv.first().copied(), scan.metadata.source);
        let facts = ExampleFacts {
            name: name.to_owned(),
            scan: entry.name.clone(),
            sha256: scan.digest,
            pixel_mm: prepared.frame.pixel,
            crop_px: prepared.frame.crop,
            doors: prepared.frame.doors,
            energies_mv: prepared.energies_mv.clone(),
            coefficient_cm2_g: MassAttenuation::at(beam.effective_mev).organic,
            warnings: prepared.warnings.iter().map(|warning| warning.code.clone()).collect(),
            truth: truth.map(|_| truth_file.display().to_string()),
        };
        Ok(Example { input, hidden, facts })
    }

    fn hidden(
        &self,
        truth: &Truth,
        scan: &Path,
        size: (usize, usize),
        frame: &Frame,
        grid: (usize, usize),
    ) -> Result<Hidden> {
        if truth.loads.len() > MOST_LOADS {
            let message = format!("{} loads are hidden, at most {MOST_LOADS} are told apart", truth.loads.len());
            return Err(Error::unsupported(message));
        }
        let mut loads = Array2::zeros(grid);
        for (number, load) in (1u8..).zip(&truth.loads) {
            let (Some(mask), Some(digest)) = (&load.mask, load.mask_sha256) else {
                return Err(Error::format(format!("load {number} has no mask")).help("make the scan again"));
            };
            let mask = self.picture(scan, mask, digest, size)?;
            let share = |counts: fn(f32) -> bool| {
                area_means(&mask.mapv(|value| if counts(value) { 1.0 } else { 0.0 }), frame.crop, grid)
            };
            let (goods, changed) = (share(|value| value >= f32::from(MASK_GOODS))?, share(|value| value > 0.0)?);
            Zip::from(&mut loads).and(&goods).and(&changed).for_each(|place: &mut u8, &goods, &changed| {
                if goods >= COVERED {
                    *place = number;
                } else if changed >= CHANGED && *place == 0 {
                    *place = BESIDE;
                }
            });
        }
        let density = match &truth.density {
            Some(density) => {
                let steps = self.picture(scan, &density.file, density.sha256, size)?;
                Some(area_means(&steps, frame.crop, grid)? * DENSITY_STEP)
            }
            None => None,
        };
        Ok(Hidden { loads, density })
    }

    /// A picture that a truth names, in the scan's own pixels.
    fn picture(&self, scan: &Path, file: &str, digest: Digest, size: (usize, usize)) -> Result<Array2<f32>> {
        // A truth is a file that anyone may have written: what it names stands beside it and nowhere else.
        let path = scan.with_file_name(Path::new(file).file_name().unwrap_or_default());
        let name = path.display().to_string();
        let read = source::open(&Entry { path, name: name.clone() }, &self.limits).map_err(|error| error.at(&*name))?;
        let found = (read.height() as usize, read.width() as usize);
        let wrong = if read.digest != digest {
            Some("is not what the truth was written with: their SHA-256 differ".to_owned())
        } else if found != size {
            Some(format!("is {}x{}, its scan {}x{}", found.1, found.0, size.1, size.0))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(Error::format(wrong).at(name).help("make the scan again"));
        }
        let plane = read.planes.first().ok_or_else(|| Error::bug("an image without planes"))?;
        Ok(plane.samples.to_f32())
    }
}

/// The truth in a file; nothing where there is none.
fn truth(path: &Path) -> Result<Option<Truth>> {
    let named = |error: Error| error.at(path.display().to_string());
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| named(Error::format(format!("is no truth of a simulated scan: {error}")))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(Error::io(error.to_string()))),
    }
}
