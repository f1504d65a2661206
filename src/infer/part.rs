//! What a model said of one image, and how that becomes what it said of a scan.

use super::input::Window;
use super::session::Answer;
use super::tiles::Blend;
use super::{ClassMap, Inference, Outputs, ScoreMap, ScoredBox, evidence, outputs};
use crate::scan::Result;
use ndarray::Array2;
use std::time::Duration;

/// What a model said of one image.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The anomaly map, then the probabilities of each class, then the excess, as far as the contract names them. All are
    /// on one grid and are blended, stretched and cut in one way.
    pub(super) planes: Vec<Array2<f32>>,
    pub(super) score: Option<f32>,
    pub(super) boxes: Vec<ScoredBox>,
    pub(super) familiarity: Option<f32>,
    pub(super) features: Option<Vec<f32>>,
}

/// The maps of image `image` out of `batch`, in the order of [`Part::planes`].
pub(super) fn planes(answer: &Answer<'_>, named: &Outputs, image: usize, batch: usize) -> Result<Vec<Array2<f32>>> {
    let Some(output) = &named.map else { return Ok(Vec::new()) };
    let map = outputs::map(&answer.floats(&output.name)?, output, image, batch)?;
    let size = map.dim();
    let mut planes = vec![map];
    if let Some(output) = &named.classes {
        let classes = evidence::classes(&answer.floats(&output.name)?, output, image, batch)?;
        classes.iter().try_for_each(|plane| evidence::on_grid(&output.name, plane.dim(), size))?;
        planes.extend(classes);
    }
    if let Some(output) = &named.excess {
        let excess = evidence::excess(&answer.floats(&output.name)?, image, batch)?;
        evidence::on_grid(&output.name, excess.dim(), size)?;
        planes.push(excess);
    }
    Ok(planes)
}

/// What the outputs in `named` say of the first `count` images out of `batch`.
pub(super) fn read(answer: &Answer<'_>, named: &Outputs, batch: usize, count: usize) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
    for (image, part) in parts.iter_mut().enumerate() {
        part.planes = planes(answer, named, image, batch)?;
    }
    if let Some(output) = &named.score {
        let scores = outputs::scores(&answer.floats(&output.name)?, output, batch)?;
        parts.iter_mut().zip(scores).for_each(|(part, score)| part.score = Some(score));
    }
    if let (Some(output), Some(part)) = (&named.boxes, parts.first_mut()) {
        let labels = output.labels.as_ref().map(|name| answer.integers(name)).transpose()?;
        let (coordinates, scores) = (answer.floats(&output.boxes)?, answer.floats(&output.scores)?);
        // All of them: a threshold under the model's own is the judge's to apply.
        part.boxes = outputs::boxes(&coordinates, &scores, labels.as_deref(), output, f32::MIN_POSITIVE)?;
    }
    if let Some(output) = &named.familiarity {
        let found = evidence::familiarity(&answer.floats(&output.name)?, batch)?;
        parts.iter_mut().zip(found).for_each(|(part, found)| part.familiarity = Some(found));
    }
    if let Some(output) = &named.features {
        let found = evidence::features(&answer.floats(&output.name)?, batch)?;
        parts.iter_mut().zip(found).for_each(|(part, found)| part.features = Some(found));
    }
    Ok(parts)
}

impl Part {
    /// What it says of a scan of `size` (rows, columns), whose prepared pixels `cell` x `cell` make a cell of its maps.
    pub(super) fn of_scan(self, named: &Outputs, cell: usize, size: (usize, usize)) -> Result<Inference> {
        let mut boxes = self.boxes;
        let left = outputs::clip(&mut boxes, size);
        let (score, warnings) = outputs::left_out(left, self.score, &boxes);
        let mut planes = self.planes.into_iter().map(|plane| ScoreMap::new(plane, cell, size));
        let map = planes.next().transpose()?;
        let mut classes = Vec::new();
        for (&class, plane) in named.classes.iter().flat_map(|output| &output.classes).zip(&mut planes) {
            classes.push(ClassMap { class, probabilities: plane?.scores });
        }
        let excess = planes.next().transpose()?.map(|plane| plane.scores);
        Ok(Inference {
            map,
            score,
            boxes,
            classes,
            excess,
            familiarity: self.familiarity,
            features: self.features,
            warnings,
            runs: 1,
            runtime: Duration::ZERO,
        })
    }
}

/// The tiles of a scan as they come in.
#[derive(Debug)]
pub(super) struct Gathering {
    blends: Vec<Blend>,
    whole: Part,
    features: Vec<f64>,
    tiles: usize,
}

impl Gathering {
    /// For tiles at `windows`, whose maps have `1 / unit` of their resolution.
    pub(super) fn new(named: &Outputs, windows: &[Window], overlap: usize, unit: usize) -> Result<Self> {
        let maps = usize::from(named.map.is_some())
            + named.classes.as_ref().map_or(0, |output| output.classes.len())
            + usize::from(named.excess.is_some());
        let blends = (0..maps).map(|_| Blend::new(windows, overlap, unit)).collect::<Result<_>>()?;
        Ok(Self { blends, whole: Part::default(), features: Vec::new(), tiles: 0 })
    }

    /// Adds what was said of the tile at `window`.
    pub(super) fn add(&mut self, window: &Window, part: Part) {
        for (blend, plane) in self.blends.iter_mut().zip(&part.planes) {
            if let Some(numbers) = plane.as_slice() {
                blend.add(window, numbers);
            }
        }
        let whole = &mut self.whole;
        let both = |a: Option<f32>, b: Option<f32>, pick: fn(f32, f32) -> f32| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (a, b) => a.or(b),
        };
        whole.score = both(whole.score, part.score, f32::max);
        // One strange corner makes a strange scan.
        whole.familiarity = both(whole.familiarity, part.familiarity, f32::min);
        whole.boxes.extend(part.boxes.into_iter().map(|b| ScoredBox {
            x: b.x + window.x as f32,
            y: b.y + window.y as f32,
            ..b
        }));
        if let Some(features) = part.features {
            self.features.resize(features.len(), 0.0);
            self.features.iter_mut().zip(features).for_each(|(sum, value)| *sum += f64::from(value));
        }
        self.tiles += 1;
    }

    /// The tiles as one.
    pub(super) fn finish(self) -> Part {
        let planes = self.blends.into_iter().map(Blend::finish).collect();
        // A plain mean: the last tiles are moved back to end with the scan, so that all hold as much of it but for less than a cell.
        let mean = |sum: f64| (sum / self.tiles.max(1) as f64) as f32;
        let features = (!self.features.is_empty()).then(|| self.features.into_iter().map(mean).collect());
        Part { planes, features, ..self.whole }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::outspoken;
    use super::super::tiles::tile_windows;
    use super::*;
    use crate::scan::LoadClass;

    /// Two tiles of 8 x 8 pixels and maps of 2 x 2, side by side without an overlap, and a scan of 7 x 14 under them.
    fn gathered() -> Part {
        let outputs = outspoken().outputs;
        let windows = tile_windows((7, 14), (8, 8), 0, 4);
        assert_eq!(windows.len(), 2);
        let mut gathering = Gathering::new(&outputs, &windows, 0, 4).unwrap();
        for (index, window) in windows.iter().enumerate() {
            let first = index == 0;
            let plane = |number: usize| Array2::from_elem((2, 2), (10 * index + number) as f32);
            let part = Part {
                planes: (0..4).map(plane).collect(),
                score: Some(if first { 0.7 } else { 0.2 }),
                boxes: vec![ScoredBox { x: 1.0, y: 1.0, width: 2.0, height: 2.0, score: 0.5, label: None }],
                familiarity: Some(if first { 0.4 } else { 0.3 }),
                features: Some(if first { vec![1.0, 4.0] } else { vec![2.0, -4.0] }),
            };
            gathering.add(window, part);
        }
        gathering.finish()
    }

    #[test]
    fn tiles_become_one_scan() {
        let part = gathered();
        assert_eq!((part.score, part.familiarity), (Some(0.7), Some(0.3)));
        assert_eq!(part.features, Some(vec![1.5, 0.0]));
        let answer = part.of_scan(&outspoken().outputs, 4, (7, 14)).unwrap();
        let map = answer.map.unwrap();
        assert_eq!((map.cell, map.scores.dim()), (4, (2, 4)));
        assert_eq!((map.at(0, 0), map.at(0, 13)), (0.0, 10.0));
        let classes: Vec<_> = answer.classes.iter().map(|map| (map.class, map.probabilities[[1, 0]])).collect();
        assert_eq!(classes, [(LoadClass::RipOff, 1.0), (LoadClass::InCargo, 2.0)]);
        let excess = answer.excess.unwrap();
        assert_eq!((excess.dim(), excess[[0, 1]], excess[[1, 2]]), ((2, 4), 3.0, 13.0));
        assert_eq!(answer.boxes.iter().map(|found| found.x).collect::<Vec<_>>(), [1.0, 9.0]);
    }

    #[test]
    fn every_map_is_blended_by_the_same_weights() {
        let outputs = outspoken().outputs;
        let windows = tile_windows((8, 12), (8, 8), 4, 1);
        let mut gathering = Gathering::new(&outputs, &windows, 4, 1).unwrap();
        for (window, value) in windows.iter().zip([0.0, 8.0]) {
            let planes = vec![Array2::from_elem((8, 8), value); 4];
            gathering.add(window, Part { planes, ..Part::default() });
        }
        let part = gathering.finish();
        assert_eq!(part.planes.len(), 4);
        for plane in &part.planes {
            // Over the four shared columns the weights run from 1/8 to 7/8.
            let row: Vec<f32> = plane.row(3).to_vec();
            let expected = [0.0, 0.0, 0.0, 0.0, 1.0, 3.0, 5.0, 7.0, 8.0, 8.0, 8.0, 8.0];
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{row:?}");
        }
        assert_eq!((part.familiarity, part.features), (None, None));
    }
}
