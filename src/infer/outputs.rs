//! Output tensors to scores from 0 to 1: maps, scan scores, boxes.

use super::{BoxLayout, BoxOutput, NamedOutput, ScoredBox, Values};
use crate::scan::{Error, Result, Warning};
use ndarray::Array2;

/// An output as the runtime returned it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tensor<'a> {
    /// The output's name.
    pub(super) name: &'a str,
    /// Its sizes.
    pub(super) dims: &'a [i64],
    /// Its numbers; as many as the sizes multiply to.
    pub(super) data: &'a [f32],
}

impl Tensor<'_> {
    pub(super) fn shape(&self) -> Vec<usize> {
        self.dims.iter().map(|&d| usize::try_from(d).unwrap_or(0)).collect()
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Error {
        Error::model(format!("output `{}` has the shape {:?}, expected {wanted}", self.name, self.dims))
    }

    pub(super) fn not_a_number(&self) -> Error {
        Error::model(format!("output `{}` holds a value that is no finite number", self.name))
            .help("the graph divides by zero or takes the logarithm of a negative number for this scan")
    }
}

/// One class of `classes` at one place, as a score from 0 to 1. NaN stays NaN.
fn scaled(values: Values, class: usize, classes: impl Iterator<Item = f32> + Clone) -> f32 {
    let value = classes.clone().nth(class).unwrap_or(f32::NAN);
    match values {
        Values::Logits => 1.0 / (1.0 + (-value).exp()),
        Values::Probability => value.clamp(0.0, 1.0),
        Values::Linear { low, high } => ((value - low) / (high - low)).clamp(0.0, 1.0),
        Values::Softmax => {
            // The largest is subtracted so that no power overflows.
            let most = classes.clone().fold(f32::NEG_INFINITY, f32::max);
            (value - most).exp() / classes.map(|v| (v - most).exp()).sum::<f32>()
        }
    }
}

/// The anomaly map of image `image` out of `batch`, at the output's own resolution.
pub(super) fn map(tensor: &Tensor<'_>, output: &NamedOutput, image: usize, batch: usize) -> Result<Array2<f32>> {
    let shape = tensor.shape();
    let (images, classes, rows, columns) = match shape[..] {
        [rows, columns] => (1, 1, rows, columns),
        [images, rows, columns] => (images, 1, rows, columns),
        [images, classes, rows, columns] => (images, classes, rows, columns),
        _ => return Err(tensor.unexpected("(batch, rows, columns) or (batch, classes, rows, columns)")),
    };
    let plane = rows * columns;
    let class = output.class as usize;
    let image_length = classes * plane;
    if images != batch || class >= classes || plane == 0 || tensor.data.len() != images * image_length {
        return Err(tensor.unexpected(&format!("{batch} images with more than {class} classes")));
    }
    let numbers = &tensor.data[image * image_length..][..image_length];
    let scores: Vec<f32> =
        (0..plane).map(|at| scaled(output.values, class, (0..classes).map(|c| numbers[c * plane + at]))).collect();
    if scores.iter().any(|v| v.is_nan()) {
        return Err(tensor.not_a_number());
    }
    Array2::from_shape_vec((rows, columns), scores).map_err(|e| Error::bug(format!("map of {shape:?}: {e}")))
}

/// How many input pixels one map pixel covers, the same both ways.
pub(super) fn map_unit(map: (usize, usize), input: (usize, usize)) -> Result<usize> {
    let unit = input.0 / map.0.max(1);
    if unit > 0 && (map.0 * unit, map.1 * unit) == input {
        return Ok(unit);
    }
    Err(Error::model(format!(
        "the map has {} rows and {} columns for an input of {} and {}, expected the input's size or a whole fraction of it",
        map.0, map.1, input.0, input.1
    ))
    .help("pad inside the graph so that sizes divide, or set area.multiple to what the graph needs"))
}

/// The scores of `batch` images.
pub(super) fn scores(tensor: &Tensor<'_>, output: &NamedOutput, batch: usize) -> Result<Vec<f32>> {
    let shape = tensor.shape();
    let classes = match shape[..] {
        [] if batch == 1 => 1,
        [images] if images == batch => 1,
        // A classifier exported for one image may leave the batch out.
        [classes] if batch == 1 => classes,
        [images, classes] if images == batch => classes,
        _ => return Err(tensor.unexpected(&format!("({batch}) or ({batch}, classes)"))),
    };
    let class = output.class as usize;
    if class >= classes || tensor.data.len() != batch * classes {
        return Err(tensor.unexpected(&format!("more than {class} classes")));
    }
    let of_image = |numbers: &[f32]| scaled(output.values, class, numbers.iter().copied());
    let scores: Vec<f32> = tensor.data.chunks_exact(classes).map(of_image).collect();
    if scores.iter().any(|v| v.is_nan()) { Err(tensor.not_a_number()) } else { Ok(scores) }
}

/// The boxes of one image that score at least `least`, in input pixels; boxes without area are dropped.
pub(super) fn boxes(
    coordinates: &Tensor<'_>,
    scores: &Tensor<'_>,
    labels: Option<&[i64]>,
    output: &BoxOutput,
    least: f32,
) -> Result<Vec<ScoredBox>> {
    let shape = coordinates.shape();
    let ([count, 4] | [1, count, 4]) = shape[..] else {
        return Err(coordinates.unexpected("(boxes, 4) or (1, boxes, 4)"));
    };
    if scores.data.len() != count {
        return Err(scores.unexpected(&format!("one score for each of {count} boxes")));
    }
    if let Some(labels) = labels.filter(|labels| labels.len() != count) {
        return Err(Error::model(format!("there are {} labels for {count} boxes", labels.len())));
    }
    if coordinates.data.iter().any(|v| !v.is_finite()) {
        return Err(coordinates.not_a_number());
    }
    if scores.data.iter().any(|v| v.is_nan()) {
        return Err(scores.not_a_number());
    }
    let mut found = Vec::new();
    for (index, (numbers, &score)) in coordinates.data.chunks_exact(4).zip(scores.data).enumerate() {
        let (a, b, c, d) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        let (x, y, width, height) = match output.layout {
            BoxLayout::Xyxy => (a, b, c - a, d - b),
            BoxLayout::Xywh => (a, b, c, d),
            BoxLayout::Cxcywh => (a - c / 2.0, b - d / 2.0, c, d),
        };
        if score < least {
            continue;
        }
        let label = labels.and_then(|labels| labels.get(index)).map(|&number| {
            let name = usize::try_from(number).ok().and_then(|n| output.classes.get(n));
            name.cloned().unwrap_or_else(|| format!("class {number}"))
        });
        found.push(ScoredBox { x, y, width, height, score: score.clamp(0.0, 1.0), label });
    }
    Ok(found)
}

/// What [`clip`] leaves out.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Left {
    /// Boxes without area in the scan, and the highest score among them: they have no place to show, but the model did see
    /// something.
    pub(super) placeless: (usize, f32),
    /// Boxes that score less than as many as are kept.
    pub(super) weakest: usize,
}

/// Those that score least are dropped where there are more: each is compared with all others.
const MOST: usize = 10_000;

/// Cuts boxes to the scan and sorts them by falling score.
pub(super) fn clip(boxes: &mut Vec<ScoredBox>, size: (usize, usize)) -> Left {
    let mut placeless = (0, 0.0_f32);
    boxes.retain_mut(|b| {
        let (right, bottom) = ((b.x + b.width).min(size.1 as f32), (b.y + b.height).min(size.0 as f32));
        (b.x, b.y) = (b.x.max(0.0), b.y.max(0.0));
        (b.width, b.height) = (right - b.x, bottom - b.y);
        let inside = b.width > 0.0 && b.height > 0.0;
        if !inside {
            placeless = (placeless.0 + 1, placeless.1.max(b.score));
        }
        inside
    });
    boxes.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x)));
    let weakest = boxes.len().saturating_sub(MOST);
    boxes.truncate(MOST);
    Left { placeless, weakest }
}

/// A detector's score and the warnings about its boxes that were left out: the scan must not be clear for their being lost.
pub(super) fn left_out(left: Left, score: Option<f32>, boxes: &[ScoredBox]) -> (Option<f32>, Vec<Warning>) {
    let mut warnings = Vec::new();
    if left.weakest > 0 {
        let message = format!("{} of the model's boxes were left out, those that score least", left.weakest);
        warnings.push(Warning::new("regions_cut", message));
    }
    let (count, best) = left.placeless;
    if count == 0 {
        return (score, warnings);
    }
    let boxes = boxes.iter().map(|found| found.score).fold(best, f32::max);
    let message =
        format!("{count} of the model's boxes, of up to {best:.3}, have no area inside the scan; their score counts");
    warnings.push(Warning::new("boxes_without_place", message));
    (Some(score.map_or(boxes, |score| score.max(best))), warnings)
}

/// Drops boxes that an equally named one of a higher score covers by more than half (intersection over union): tiles
/// overlap, so they find the same thing twice. Expects [`clip`]'s order.
pub(super) fn suppress(boxes: &mut Vec<ScoredBox>) {
    let mut kept: Vec<ScoredBox> = Vec::with_capacity(boxes.len());
    for candidate in boxes.drain(..) {
        if !kept.iter().any(|k| k.label == candidate.label && overlap(k, &candidate) > 0.5) {
            kept.push(candidate);
        }
    }
    *boxes = kept;
}

/// Intersection over union.
fn overlap(a: &ScoredBox, b: &ScoredBox) -> f32 {
    let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let height = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    let common = width.max(0.0) * height.max(0.0);
    common / (a.width * a.height + b.width * b.height - common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    fn output(values: Values, class: u32) -> NamedOutput {
        NamedOutput { name: "out".to_owned(), values, class }
    }

    fn tensor<'a>(dims: &'a [i64], data: &'a [f32]) -> Tensor<'a> {
        Tensor { name: "out", dims, data }
    }

    #[test]
    fn maps_of_every_rank_give_the_class_of_the_image() {
        let data: Vec<f32> = (0..16).map(|v| v as f32 / 16.0).collect();
        let probability = output(Values::Probability, 0);
        let flat = map(&tensor(&[2, 4], &data[..8]), &probability, 0, 1).unwrap();
        assert_eq!(flat[[1, 0]], 0.25);
        let second = map(&tensor(&[2, 2, 4], &data), &probability, 1, 2).unwrap();
        assert_eq!(second[[0, 0]], 0.5);
        let class = map(&tensor(&[2, 2, 1, 4], &data), &output(Values::Probability, 1), 1, 2).unwrap();
        assert_eq!(class[[0, 0]], 0.75);
        let linear =
            map(&tensor(&[1, 4], &[-2.0, 0.0, 1.0, 9.0]), &output(Values::Linear { low: -1.0, high: 1.0 }, 0), 0, 1);
        assert_eq!(linear.unwrap().into_raw_vec_and_offset().0, [0.0, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn logits_and_softmax_are_probabilities_even_when_huge() {
        let one =
            |values, data: &[f32]| scores(&tensor(&[1, data.len() as i64], data), &output(values, 0), 1).unwrap()[0];
        assert_eq!(one(Values::Logits, &[0.0]), 0.5);
        assert_eq!(one(Values::Logits, &[-1e30]), 0.0);
        assert_eq!(one(Values::Logits, &[f32::INFINITY]), 1.0);
        assert!((one(Values::Softmax, &[1.0, 1.0]) - 0.5).abs() < 1e-6);
        assert_eq!(one(Values::Softmax, &[1e30, 0.0]), 1.0);
        assert!((one(Values::Softmax, &[0.0, 2.0f32.ln()]) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn scores_come_with_or_without_classes_and_batch() {
        let probability = output(Values::Probability, 0);
        assert_eq!(scores(&tensor(&[], &[0.25]), &probability, 1).unwrap(), [0.25]);
        assert_eq!(scores(&tensor(&[2], &[0.25, 0.5]), &probability, 2).unwrap(), [0.25, 0.5]);
        assert_eq!(scores(&tensor(&[2], &[0.25, 0.5]), &output(Values::Probability, 1), 1).unwrap(), [0.5]);
        assert_eq!(scores(&tensor(&[2, 1], &[0.25, 0.5]), &probability, 2).unwrap(), [0.25, 0.5]);
    }

    #[test]
    fn shapes_and_numbers_that_do_not_fit_are_model_errors() {
        let p = output(Values::Probability, 0);
        let faults = [
            map(&tensor(&[1, 1, 1, 1, 1], &[0.0]), &p, 0, 1).unwrap_err(),
            map(&tensor(&[2, 1, 1], &[0.0; 2]), &p, 0, 1).unwrap_err(),
            map(&tensor(&[1, 1, 0, 4], &[]), &p, 0, 1).unwrap_err(),
            map(&tensor(&[1, 1, 1, 2], &[0.0; 2]), &output(Values::Logits, 1), 0, 1).unwrap_err(),
            map(&tensor(&[1, 2], &[0.0, f32::NAN]), &p, 0, 1).unwrap_err(),
            scores(&tensor(&[3], &[0.0; 3]), &p, 2).unwrap_err(),
            scores(&tensor(&[1, 2], &[0.0; 2]), &output(Values::Logits, 2), 1).unwrap_err(),
            scores(&tensor(&[1], &[f32::NAN]), &p, 1).unwrap_err(),
            map_unit((30, 30), (64, 64)).unwrap_err(),
            map_unit((16, 32), (64, 64)).unwrap_err(),
            map_unit((128, 128), (64, 64)).unwrap_err(),
        ];
        for error in &faults {
            assert_eq!(error.fault, Fault::Model, "{error}");
        }
        assert_eq!(faults.len(), 11);
        assert_eq!(map_unit((16, 32), (64, 128)).unwrap(), 4);
    }

    fn box_output(layout: BoxLayout) -> BoxOutput {
        BoxOutput {
            boxes: "boxes".to_owned(),
            scores: "scores".to_owned(),
            labels: Some("labels".to_owned()),
            classes: vec!["bag".to_owned()],
            layout,
        }
    }

    #[test]
    fn every_layout_describes_the_same_box() {
        let cases = [
            (BoxLayout::Xyxy, [10.0, 20.0, 14.0, 26.0]),
            (BoxLayout::Xywh, [10.0, 20.0, 4.0, 6.0]),
            (BoxLayout::Cxcywh, [12.0, 23.0, 4.0, 6.0]),
        ];
        for (layout, numbers) in cases {
            let found =
                boxes(&tensor(&[1, 1, 4], &numbers), &tensor(&[1, 1], &[0.9]), Some(&[0]), &box_output(layout), 0.1);
            let expected =
                ScoredBox { x: 10.0, y: 20.0, width: 4.0, height: 6.0, score: 0.9, label: Some("bag".to_owned()) };
            assert_eq!(found.unwrap(), [expected]);
        }
    }

    #[test]
    fn boxes_without_a_place_still_count() {
        let at = |x: f32, width: f32, score: f32| ScoredBox { x, y: 0.0, width, height: 10.0, score, label: None };
        let mut boxes = vec![at(1.0, 0.0, 0.9), at(90.0, 5.0, 0.99), at(2.0, 5.0, 0.3), at(9.0, -4.0, 0.4)];
        let left = clip(&mut boxes, (8, 25));
        assert_eq!((left, boxes.len()), (Left { placeless: (3, 0.99), weakest: 0 }, 1));
        let (score, warnings) = left_out(left, None, &boxes);
        assert_eq!((score, warnings[0].code.as_str()), (Some(0.99), "boxes_without_place"));
        assert_eq!(left_out(left, Some(0.2), &boxes).0, Some(0.99));
        assert_eq!(left_out(Left::default(), None, &boxes), (None, vec![]));
    }

    #[test]
    fn the_boxes_that_score_least_are_left_out_and_told() {
        let at = |n: usize| ScoredBox { x: 0.0, y: 0.0, width: 5.0, height: 5.0, score: n as f32 / 1e5, label: None };
        let mut boxes: Vec<ScoredBox> = (0..=MOST).map(at).collect();
        let left = clip(&mut boxes, (8, 25));
        assert_eq!((left.weakest, boxes.len(), boxes[MOST - 1].score), (1, MOST, 1e-5));
        let (score, warnings) = left_out(left, None, &boxes);
        assert_eq!((score, warnings.len(), warnings[0].code.as_str()), (None, 1, "regions_cut"));
    }

    #[test]
    fn weak_boxes_are_dropped_and_unfit_ones_refused() {
        let output = box_output(BoxLayout::Xyxy);
        let numbers = [0.0, 0.0, 4.0, 4.0, 0.0, 0.0, 4.0, 4.0, 5.0, 5.0, 5.0, 9.0, 2.0, 0.0, 1.0, 1.0];
        let endless = [0.0, 0.0, f32::INFINITY, 4.0];
        let four = tensor(&[4, 4], &numbers);
        let weights = tensor(&[4], &[0.9, 0.05, 0.9, 0.9]);
        let found = boxes(&four, &weights, Some(&[7, 0, 0, 0]), &output, 0.1).unwrap();
        assert_eq!(found.len(), 3, "those without an area are told apart when they are cut to the scan");
        assert_eq!(found[0].label.as_deref(), Some("class 7"));
        for (coordinates, scores, labels) in [
            (tensor(&[2, 8], &numbers), weights, None),
            (tensor(&[1, 4], &endless), tensor(&[1], &[0.9]), None),
            (four, tensor(&[3], &[0.5; 3]), None),
            (four, weights, Some([0i64; 3].as_slice())),
            (four, tensor(&[4], &[f32::NAN; 4]), None),
            (tensor(&[1, 4], &[f32::NAN; 4]), tensor(&[1], &[0.5]), None),
        ] {
            assert_eq!(boxes(&coordinates, &scores, labels, &output, 0.1).unwrap_err().fault, Fault::Model);
        }
    }

    #[test]
    fn boxes_are_cut_to_the_scan_sorted_and_told_once() {
        let at = |x: f32, score: f32| ScoredBox { x, y: 0.0, width: 10.0, height: 10.0, score, label: None };
        let mut boxes = vec![at(1.0, 0.5), at(0.0, 0.9), at(-4.0, 0.7), at(30.0, 0.99), at(22.0, 0.6)];
        assert_eq!(clip(&mut boxes, (8, 25)).placeless, (1, 0.99));
        assert_eq!(boxes.iter().map(|b| b.score).collect::<Vec<_>>(), [0.9, 0.7, 0.6, 0.5]);
        assert_eq!((boxes[1].x, boxes[1].width, boxes[1].height), (0.0, 6.0, 8.0));
        assert_eq!((boxes[2].x, boxes[2].width), (22.0, 3.0));
        suppress(&mut boxes);
        // The second covers 0.6 of the first, the last 0.8 of it.
        assert_eq!(boxes.iter().map(|b| b.score).collect::<Vec<_>>(), [0.9, 0.6]);
    }
}
