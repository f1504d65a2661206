//! Dark and air frames that a station gives beside its scans.

use super::robust::{median, spread};
use crate::scan::{Error, Result};
use ndarray::Array2;

/// Calibration frames, one per plane in the scan's order: counts in the file's own polarity, (rows, any number of
/// columns), the rows being the scan's detectors. Either may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibration {
    /// Frames taken without beam.
    pub dark: Option<Vec<Array2<f32>>>,
    /// Frames taken with beam and nothing in it.
    pub air: Option<Vec<Array2<f32>>>,
}

/// One level per row and how much the frame's columns scatter around it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) level: Vec<f32>,
    pub(super) sigma: f32,
}

/// The row levels of plane `number` of `frames`; `flip` is the full scale where air is dark.
///
/// # Errors
/// A parameter error for a missing frame, another number of rows than the scan's, no column, or values that are
/// no number.
pub(super) fn rows(
    frames: Option<&Vec<Array2<f32>>>,
    what: &str,
    number: usize,
    rows: usize,
    flip: Option<f32>,
) -> Result<Option<Rows>> {
    let Some(frames) = frames else { return Ok(None) };
    let place = format!("{what} frame of plane {}", number + 1);
    let Some(frame) = frames.get(number) else {
        return Err(Error::parameter(format!("{} frames are given, one per plane is expected", frames.len())).at(place));
    };
    if frame.nrows() != rows || frame.ncols() == 0 {
        let found = format!("{} rows and {} columns", frame.nrows(), frame.ncols());
        return Err(Error::parameter(format!("it has {found}, expected the scan's {rows} rows and any columns"))
            .at(place)
            .help("give frames of the same detectors"));
    }
    if let Some(((row, column), _)) = frame.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(Error::parameter(format!("row {row}, column {column} is no number")).at(place));
    }
    let counts = |v: f32| flip.map_or(v, |full| full - v);
    let mut spreads = Vec::with_capacity(rows);
    let level = frame
        .rows()
        .into_iter()
        .map(|row| {
            let mut values: Vec<f32> = row.iter().map(|&v| counts(v)).collect();
            let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len() as f64;
            spreads.push(spread(&mut values));
            mean as f32
        })
        .collect();
    Ok(Some(Rows { level, sigma: median(&mut spreads) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn rows_are_means_over_the_columns() {
        let frames = vec![array![[1.0, 3.0], [5.0, 5.0]]];
        let found = rows(Some(&frames), "air", 0, 2, None).unwrap().unwrap();
        assert_eq!(found.level, [2.0, 5.0]);
        let flipped = rows(Some(&frames), "air", 0, 2, Some(10.0)).unwrap().unwrap();
        assert_eq!(flipped.level, [8.0, 5.0]);
        assert_eq!(rows(None, "air", 0, 2, None).unwrap(), None);
    }

    #[test]
    fn frames_that_do_not_fit_are_refused() {
        let text =
            |frames: Vec<Array2<f32>>, plane| rows(Some(&frames), "dark", plane, 2, None).unwrap_err().to_string();
        assert!(text(vec![array![[1.0], [2.0]]], 1).starts_with("dark frame of plane 2: 1 frames are given"));
        assert!(text(vec![array![[1.0]]], 0).contains("1 rows and 1 columns, expected the scan's 2 rows"));
        assert!(text(vec![Array2::zeros((2, 0))], 0).contains("0 columns"));
        assert!(text(vec![array![[1.0], [f32::NAN]]], 0).contains("row 1, column 0 is no number"));
    }
}
