//! What a model says beside scores: classes of concealment, excess attenuation, familiarity, features.

use super::outputs::Tensor;
use super::{ClassOutput, Values};
use crate::scan::{Error, Result};
use ndarray::Array2;

/// No attenuation is larger, as -ln T: what a model means by more is something else.
const MOST_ATTENUATION: f32 = 100.0;

/// Rounding may take a familiarity this far out of its range.
const ROUNDING: f32 = 1e-4;

/// The probabilities of the contract's classes in image `image` out of `batch`, in their order.
pub(super) fn classes(
    tensor: &Tensor<'_>,
    output: &ClassOutput,
    image: usize,
    batch: usize,
) -> Result<Vec<Array2<f32>>> {
    let named = output.classes.len();
    let [images, channels, rows, columns] = tensor.shape()[..] else {
        return Err(tensor.unexpected("(batch, classes, rows, columns)"));
    };
    let plane = rows * columns;
    if images != batch || channels != named || plane == 0 || tensor.data.len() != images * channels * plane {
        return Err(tensor.unexpected(&format!("{batch} images with {named} classes")));
    }
    let mut values = tensor.data[image * named * plane..][..named * plane].to_vec();
    match output.values {
        Values::Logits => {
            for value in &mut values {
                *value = 1.0 / (1.0 + (-*value).exp());
            }
        }
        Values::Softmax => {
            for at in 0..plane {
                let places = || (0..named).map(|class| class * plane + at);
                // The largest is subtracted so that no power overflows.
                let most = places().map(|place| values[place]).fold(f32::NEG_INFINITY, f32::max);
                let sum: f32 = places().map(|place| (values[place] - most).exp()).sum();
                places().for_each(|place| values[place] = (values[place] - most).exp() / sum);
            }
        }
        // The contract's check lets no linear ones through.
        Values::Probability | Values::Linear { .. } => {
            for value in &mut values {
                *value = value.clamp(0.0, 1.0);
            }
        }
    }
    if values.iter().any(|value| value.is_nan()) {
        return Err(tensor.not_a_number());
    }
    values.chunks_exact(plane).map(|numbers| grid((rows, columns), numbers.to_vec())).collect()
}

/// The excess attenuation of image `image` out of `batch`; never negative.
pub(super) fn excess(tensor: &Tensor<'_>, image: usize, batch: usize) -> Result<Array2<f32>> {
    let ([images, rows, columns] | [images, 1, rows, columns]) = tensor.shape()[..] else {
        return Err(tensor.unexpected("(batch, rows, columns) or (batch, 1, rows, columns)"));
    };
    let plane = rows * columns;
    if images != batch || plane == 0 || tensor.data.len() != images * plane {
        return Err(tensor.unexpected(&format!("{batch} images")));
    }
    let numbers = &tensor.data[image * plane..][..plane];
    if numbers.iter().any(|value| !value.is_finite()) {
        return Err(tensor.not_a_number());
    }
    if let Some(beyond) = numbers.iter().find(|&&value| value > MOST_ATTENUATION) {
        let message = format!(
            "output `{}` holds {beyond}, expected attenuations (-ln T) of at most {MOST_ATTENUATION}",
            tensor.name
        );
        return Err(Error::model(message).help("is it a mass or a count? the contract's excess has no unit"));
    }
    grid((rows, columns), numbers.iter().map(|value| value.max(0.0)).collect())
}

/// Refuses a map of `found` rows and columns that lies on another grid than the anomaly map.
pub(super) fn on_grid(name: &str, found: (usize, usize), map: (usize, usize)) -> Result<()> {
    if found == map {
        return Ok(());
    }
    Err(Error::model(format!(
        "output `{name}` has {} rows and {} columns, the map has {} and {}, expected one grid for both",
        found.0, found.1, map.0, map.1
    )))
}

/// The familiarity of each of `batch` images, 0 to 1.
pub(super) fn familiarity(tensor: &Tensor<'_>, batch: usize) -> Result<Vec<f32>> {
    let images = match tensor.shape()[..] {
        [] => 1,
        [images] | [images, 1] => images,
        _ => return Err(tensor.unexpected(&format!("({batch}) or ({batch}, 1)"))),
    };
    if images != batch || tensor.data.len() != batch {
        return Err(tensor.unexpected(&format!("({batch}) or ({batch}, 1)")));
    }
    if tensor.data.iter().any(|value| !value.is_finite()) {
        return Err(tensor.not_a_number());
    }
    // Clamped, a distance would read as a scan that could not be more familiar.
    if let Some(beyond) = tensor.data.iter().find(|&&value| !(-ROUNDING..=1.0 + ROUNDING).contains(&value)) {
        let message = format!("output `{}` holds {beyond}, expected a familiarity from 0 to 1", tensor.name);
        return Err(Error::model(message).help("scale it inside the graph"));
    }
    Ok(tensor.data.iter().map(|value| value.clamp(0.0, 1.0)).collect())
}

/// The features of each of `batch` images.
pub(super) fn features(tensor: &Tensor<'_>, batch: usize) -> Result<Vec<Vec<f32>>> {
    let shape = tensor.shape();
    let [images, count] = shape[..] else { return Err(tensor.unexpected("(batch, features)")) };
    if images != batch || count == 0 || tensor.data.len() != batch * count {
        return Err(tensor.unexpected(&format!("({batch}, features)")));
    }
    if tensor.data.iter().any(|value| !value.is_finite()) {
        return Err(tensor.not_a_number());
    }
    Ok(tensor.data.chunks_exact(count).map(<[f32]>::to_vec).collect())
}

fn grid(size: (usize, usize), numbers: Vec<f32>) -> Result<Array2<f32>> {
    Array2::from_shape_vec(size, numbers).map_err(|e| Error::bug(format!("map of {size:?}: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Fault, LoadClass};

    fn tensor<'a>(dims: &'a [i64], data: &'a [f32]) -> Tensor<'a> {
        Tensor { name: "out", dims, data }
    }

    fn output(values: Values) -> ClassOutput {
        ClassOutput { name: "out".to_owned(), values, classes: vec![LoadClass::InCargo, LoadClass::RipOff] }
    }

    #[test]
    fn classes_are_probabilities_of_the_right_image_and_place() {
        let data: Vec<f32> = (0..8).map(|v| v as f32 / 8.0).collect();
        let found = classes(&tensor(&[2, 2, 1, 2], &data), &output(Values::Probability), 1, 2).unwrap();
        assert_eq!(found, [ndarray::array![[0.5, 0.625]], ndarray::array![[0.75, 0.875]]]);
        let one = |values, data: &[f32]| {
            let found = classes(&tensor(&[1, 2, 1, 1], data), &output(values), 0, 1).unwrap();
            [found[0][[0, 0]], found[1][[0, 0]]]
        };
        assert_eq!(one(Values::Logits, &[0.0, -1e30]), [0.5, 0.0]);
        assert_eq!(one(Values::Softmax, &[1e30, 0.0]), [1.0, 0.0]);
        let [third, rest] = one(Values::Softmax, &[0.0, 2.0f32.ln()]);
        assert!((third - 1.0 / 3.0).abs() < 1e-6 && (rest - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(one(Values::Probability, &[-0.5, 1.5]), [0.0, 1.0]);
    }

    #[test]
    fn excess_has_no_negative_values_and_either_shape() {
        let data = [9.0, 9.0, -0.5, 0.25];
        for dims in [&[2, 1, 2][..], &[2, 1, 1, 2]] {
            assert_eq!(excess(&tensor(dims, &data), 1, 2).unwrap(), ndarray::array![[0.0, 0.25]]);
        }
    }

    #[test]
    fn familiarity_and_features_are_told_apart_by_image() {
        assert_eq!(familiarity(&tensor(&[], &[0.25]), 1).unwrap(), [0.25]);
        assert_eq!(familiarity(&tensor(&[2, 1], &[0.25, 1.000_01]), 2).unwrap(), [0.25, 1.0]);
        assert_eq!(features(&tensor(&[2, 2], &[1.0, 2.0, 3.0, -4.0]), 2).unwrap(), [[1.0, 2.0], [3.0, -4.0]]);
    }

    #[test]
    fn shapes_and_numbers_that_do_not_fit_are_model_errors() {
        let softmax = output(Values::Softmax);
        let faults = [
            (classes(&tensor(&[2, 1, 1], &[0.0; 2]), &softmax, 0, 1).unwrap_err(), "(batch, classes, rows, columns)"),
            (classes(&tensor(&[1, 3, 1, 1], &[0.0; 3]), &softmax, 0, 1).unwrap_err(), "1 images with 2 classes"),
            (classes(&tensor(&[2, 2, 1, 1], &[0.0; 4]), &softmax, 0, 1).unwrap_err(), "1 images with 2 classes"),
            (classes(&tensor(&[1, 2, 0, 1], &[]), &softmax, 0, 1).unwrap_err(), "1 images with 2 classes"),
            (classes(&tensor(&[1, 2, 1, 1], &[0.0, f32::NAN]), &softmax, 0, 1).unwrap_err(), "no finite number"),
            (excess(&tensor(&[1, 1], &[0.0]), 0, 1).unwrap_err(), "(batch, rows, columns) or"),
            (excess(&tensor(&[1, 2, 1, 1], &[0.0; 2]), 0, 1).unwrap_err(), "(batch, rows, columns) or"),
            (excess(&tensor(&[2, 1, 1], &[0.0; 2]), 0, 1).unwrap_err(), "1 images"),
            (excess(&tensor(&[1, 1, 1], &[f32::INFINITY]), 0, 1).unwrap_err(), "no finite number"),
            (excess(&tensor(&[1, 1, 1], &[180.0]), 0, 1).unwrap_err(), "holds 180, expected attenuations (-ln T)"),
            (familiarity(&tensor(&[2], &[0.0; 2]), 1).unwrap_err(), "(1) or (1, 1)"),
            (familiarity(&tensor(&[1, 2], &[0.0; 2]), 1).unwrap_err(), "(1) or (1, 1)"),
            (familiarity(&tensor(&[1], &[f32::NAN]), 1).unwrap_err(), "no finite number"),
            (familiarity(&tensor(&[1], &[3.5]), 1).unwrap_err(), "holds 3.5, expected a familiarity from 0 to 1"),
            (familiarity(&tensor(&[1], &[-0.5]), 1).unwrap_err(), "holds -0.5"),
            (features(&tensor(&[3], &[0.0; 3]), 3).unwrap_err(), "(batch, features)"),
            (features(&tensor(&[2, 3], &[0.0; 6]), 1).unwrap_err(), "(1, features)"),
            (features(&tensor(&[1, 0], &[]), 1).unwrap_err(), "(1, features)"),
            (features(&tensor(&[1, 1], &[f32::INFINITY]), 1).unwrap_err(), "no finite number"),
            (on_grid("out", (4, 8), (4, 9)).unwrap_err(), "has 4 rows and 8 columns, the map has 4 and 9"),
        ];
        for (error, expected) in &faults {
            assert_eq!(error.fault, Fault::Model, "{error}");
            assert!(error.message.contains(expected) && error.message.contains("`out`"), "{expected:?}: {error}");
        }
        assert_eq!(faults.len(), 20);
        on_grid("out", (4, 8), (4, 8)).unwrap();
    }
}
