//! Source samples read as counts that grow with transmission, a row at a time, without copying the plane.

use crate::scan::{Error, Plane, Polarity, Result, Samples};
use ndarray::Array2;

/// The largest share of float samples that may be no number before the scan is refused.
const MAX_NOT_FINITE: f64 = 0.05;

/// A plane seen as counts with air bright.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts<'a> {
    samples: &'a Samples,
    /// Subtracted from, where air is dark.
    flip: Option<f32>,
    /// The largest value the detector could record.
    pub(super) full_scale: f32,
    step: f32,
}

impl<'a> Counts<'a> {
    pub(super) fn new(plane: &'a Plane, polarity: Polarity) -> Self {
        let flip = (polarity == Polarity::AirDark).then_some(plane.full_scale);
        Self { samples: &plane.samples, flip, full_scale: plane.full_scale, step: plane.step }
    }

    /// `(rows, columns)`.
    pub(super) fn dim(&self) -> (usize, usize) {
        self.samples.dim()
    }

    /// The height of one of the detector's counts; 0 where it is not known.
    pub(super) fn quantum(&self) -> f32 {
        self.step
    }

    /// The count at a pixel; NaN and infinities as they are.
    pub(super) fn at(&self, row: usize, column: usize) -> f32 {
        let value = match self.samples {
            Samples::U8(a) => f32::from(a[[row, column]]),
            Samples::U16(a) => f32::from(a[[row, column]]),
            Samples::U32(a) => a[[row, column]] as f32,
            Samples::I32(a) => a[[row, column]] as f32,
            Samples::F32(a) => a[[row, column]],
        };
        self.flip.map_or(value, |full| full - value)
    }

    /// Reads `out.len()` counts of `row` from column `from` on. Float samples that are no number
    /// become the last finite one before them (or 0, which is no air), so that no estimate sees them.
    pub(super) fn read(&self, row: usize, from: usize, out: &mut [f32]) {
        fn copy<T: Copy>(array: &Array2<T>, row: usize, from: usize, out: &mut [f32], f: impl Fn(T) -> f32) {
            let line = array.row(row);
            match line.as_slice() {
                Some(line) => out.iter_mut().zip(&line[from..]).for_each(|(o, &v)| *o = f(v)),
                None => out.iter_mut().zip(line.iter().skip(from)).for_each(|(o, &v)| *o = f(v)),
            }
        }
        match self.samples {
            Samples::U8(a) => copy(a, row, from, out, f32::from),
            Samples::U16(a) => copy(a, row, from, out, f32::from),
            Samples::U32(a) => copy(a, row, from, out, |v| v as f32),
            Samples::I32(a) => copy(a, row, from, out, |v| v as f32),
            Samples::F32(a) => copy(a, row, from, out, |v| v),
        }
        self.turn(out);
        if matches!(self.samples, Samples::F32(_)) {
            let mut last = 0.0;
            for value in out.iter_mut() {
                if value.is_finite() {
                    last = *value;
                } else {
                    *value = last;
                }
            }
        }
    }

    /// Values as stored to counts.
    fn turn(&self, out: &mut [f32]) {
        if let Some(full) = self.flip {
            for v in out.iter_mut() {
                *v = full - *v;
            }
        }
    }

    /// Every `step`-th count of `row` from column `from` on, as many as `out` holds; what is no number reads as 0.
    pub(super) fn read_every(&self, row: usize, from: usize, step: usize, out: &mut [f32]) {
        fn copy<T: Copy>(
            array: &Array2<T>,
            row: usize,
            from: usize,
            step: usize,
            out: &mut [f32],
            f: impl Fn(T) -> f32,
        ) {
            let line = array.row(row);
            match line.as_slice() {
                Some(line) => out.iter_mut().zip(line[from..].iter().step_by(step)).for_each(|(o, &v)| *o = f(v)),
                None => out.iter_mut().zip(line.iter().skip(from).step_by(step)).for_each(|(o, &v)| *o = f(v)),
            }
        }
        match self.samples {
            Samples::U8(a) => copy(a, row, from, step, out, f32::from),
            Samples::U16(a) => copy(a, row, from, step, out, f32::from),
            Samples::U32(a) => copy(a, row, from, step, out, |v| v as f32),
            Samples::I32(a) => copy(a, row, from, step, out, |v| v as f32),
            Samples::F32(a) => copy(a, row, from, step, out, |v| v),
        }
        self.turn(out);
        if matches!(self.samples, Samples::F32(_)) {
            out.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = 0.0);
        }
    }

    /// At most about `most` counts, taken evenly from the whole plane.
    pub(super) fn sample(&self, most: usize) -> Vec<f32> {
        let (rows, columns) = self.dim();
        // As many steps along as across; odd steps do not fall in with patterns of even period.
        let step = (((rows * columns) as f64 / most.max(1) as f64).sqrt().ceil() as usize) | 1;
        let mut line = vec![0.0; columns.div_ceil(step)];
        let mut out = Vec::with_capacity((rows / step + 1) * (columns / step + 1));
        for row in (0..rows).step_by(step) {
            self.read_every(row, 0, step, &mut line);
            out.extend_from_slice(&line);
        }
        out
    }
}

/// What is odd about a plane's samples as such.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Samples that are no number.
    pub(super) not_finite: usize,
}

/// Refuses planes that hold no image.
///
/// # Errors
/// A format error for fewer than 16 x 16 pixels, for samples that are all equal, or for more than 5 % of
/// samples that are no number; it names the first such pixel.
pub(super) fn check(plane: &Plane, number: usize) -> Result<Faults> {
    fn constant<T: Copy + PartialEq>(array: &Array2<T>) -> bool {
        array.first().is_some_and(|&first| array.iter().all(|&v| v == first))
    }
    let (rows, columns) = plane.samples.dim();
    // People count planes as pages, from 1.
    let place = || format!("plane {}", number + 1);
    if rows < 16 || columns < 16 {
        return Err(Error::format(format!("image is {columns}x{rows}, expected at least 16x16 pixels")).at(place()));
    }
    let mut faults = Faults::default();
    let all_equal = match &plane.samples {
        Samples::U8(a) => constant(a),
        Samples::U16(a) => constant(a),
        Samples::U32(a) => constant(a),
        Samples::I32(a) => constant(a),
        Samples::F32(a) => {
            faults.not_finite = a.iter().filter(|v| !v.is_finite()).count();
            if faults.not_finite as f64 > MAX_NOT_FINITE * a.len() as f64 {
                let first = a.iter().position(|v| !v.is_finite()).unwrap_or(0);
                return Err(Error::format(format!(
                    "{} of {} values are no number, expected at most 5 %",
                    faults.not_finite,
                    a.len()
                ))
                .at(format!(
                    "plane {}, row {}, column {}",
                    number + 1,
                    first / columns,
                    first % columns
                )));
            }
            constant(a)
        }
    };
    if all_equal {
        return Err(Error::format("all pixels have the same value: the file holds no image").at(place()));
    }
    if !plane.full_scale.is_finite() {
        return Err(Error::format("the detector's full scale is no number").at(place()));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Energy;

    fn plane(samples: Samples, full_scale: f32) -> Plane {
        Plane { energy: Energy::Single, samples, full_scale, step: 1.0 }
    }

    #[test]
    fn rows_read_alike_from_every_type_and_polarity() {
        let value = |(r, c): (usize, usize)| (r * 10 + c) as u8;
        let u8s = Array2::from_shape_fn((16, 20), value);
        let all = [
            Samples::U16(u8s.mapv(u16::from)),
            Samples::U32(u8s.mapv(u32::from)),
            Samples::I32(u8s.mapv(i32::from)),
            Samples::F32(u8s.mapv(f32::from)),
            Samples::U8(u8s),
        ];
        for samples in all {
            let plane = plane(samples, 255.0);
            let mut out = [0.0; 3];
            Counts::new(&plane, Polarity::AirBright).read(2, 5, &mut out);
            assert_eq!(out, [25.0, 26.0, 27.0]);
            let dark = Counts::new(&plane, Polarity::AirDark);
            dark.read(2, 5, &mut out);
            assert_eq!(out, [230.0, 229.0, 228.0]);
            assert_eq!(dark.at(2, 6), 229.0);
        }
    }

    #[test]
    fn values_that_are_no_number_take_the_one_before() {
        let mut a = Array2::from_elem((16, 16), 2.0);
        a[[3, 0]] = f32::NAN;
        a[[3, 4]] = f32::INFINITY;
        a[[3, 3]] = 7.0;
        let plane = plane(Samples::F32(a), 7.0);
        let mut out = [9.0; 6];
        Counts::new(&plane, Polarity::AirBright).read(3, 0, &mut out);
        assert_eq!(out, [0.0, 2.0, 2.0, 7.0, 7.0, 2.0]);
        // Where air is dark they are no air either.
        let dark = Counts::new(&plane, Polarity::AirDark);
        dark.read(3, 0, &mut out);
        assert_eq!(out, [0.0, 5.0, 5.0, 0.0, 0.0, 5.0]);
        dark.read_every(3, 0, 2, &mut out[..3]);
        assert_eq!(out[..3], [0.0, 5.0, 0.0]);
        assert_eq!(check(&plane, 0).unwrap(), Faults { not_finite: 2 });
    }

    #[test]
    fn planes_without_an_image_are_refused() {
        let refused = |samples| check(&plane(samples, 1.0), 1).unwrap_err().to_string();
        let small = refused(Samples::U8(Array2::zeros((15, 40))));
        assert_eq!(small, "plane 2: image is 40x15, expected at least 16x16 pixels");
        assert!(refused(Samples::U16(Array2::from_elem((16, 16), 9))).contains("same value"));
        let mut nan = Array2::from_shape_fn((16, 16), |(r, c)| (r + c) as f32);
        nan.row_mut(2).fill(f32::NAN);
        assert!(refused(Samples::F32(nan)).starts_with("plane 2, row 2, column 0: 16 of 256 values are no number"));
        let tilted = Samples::F32(Array2::from_shape_fn((16, 16), |(r, c)| (r + c) as f32));
        assert!(check(&plane(tilted, f32::NAN), 0).is_err());
    }
}
