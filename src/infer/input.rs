//! Prepared scans to input tensors: channels in the contract's order, clamped, scaled, padded.

use super::{Channel, InputContract};
use crate::prepare::{PixelState, Prepared};
use crate::scan::{End, Error, Result};
use ndarray::{Array2, Array3, s};

/// A part of a prepared scan, in prepared pixels; it may reach over the right and the bottom edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// First column.
    pub(super) x: usize,
    /// First row.
    pub(super) y: usize,
    /// Columns.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
}

impl Window {
    /// Pixels inside.
    pub(super) fn len(&self) -> usize {
        self.width * self.height
    }
}

/// A prepared scan as a contract sees it.
#[derive(Debug)]
pub(super) struct Input<'a> {
    prepared: &'a Prepared,
    contract: &'a InputContract,
}

/// Where a channel's numbers come from.
enum Source<'a> {
    Plane(&'a Array2<f32>),
    One,
    Validity,
    Height,
    DoorDistance,
}

impl<'a> Input<'a> {
    /// Checks that the scan has what the contract wants: planes of one size, and the model's pixel size unless the scan
    /// is squeezed anyway. A tenth of deviation is rounding of small scans, more is a scan prepared for another model.
    pub(super) fn new(prepared: &'a Prepared, contract: &'a InputContract) -> Result<Self> {
        let size = prepared.dim();
        if size.0 == 0 || size.1 == 0 {
            return Err(Error::parameter("the prepared scan has no pixels"));
        }
        let mut planes = prepared.transmission.iter().chain(&prepared.attenuation).chain(&prepared.ratio);
        let wants_transmission =
            contract.channels.iter().any(|c| matches!(c, Channel::Transmission | Channel::TransmissionLow));
        let lacking = prepared.attenuation.is_empty() || wants_transmission && prepared.transmission.is_empty();
        if lacking || planes.any(|p| p.dim() != size) {
            return Err(Error::bug("the prepared scan lacks a plane or has planes of several sizes"));
        }
        let squeezed = matches!(contract.area, super::Area::Resize { .. });
        let fits = |found: f32| (found / contract.pixel_mm - 1.0).abs() <= 0.1;
        let pixel = prepared.frame.pixel;
        if !(squeezed || fits(pixel.x) && fits(pixel.y)) {
            return Err(Error::parameter(format!(
                "the scan was prepared at {} x {} mm a pixel, the model wants {}",
                pixel.x, pixel.y, contract.pixel_mm
            ))
            .help("prepare it at the model's pixel size"));
        }
        Ok(Self { prepared, contract })
    }

    /// The scan's own numbers, where the tensor of the whole scan would be an exact copy of them.
    pub(super) fn as_is(&self, window: &Window) -> Option<&'a [f32]> {
        let contract = self.contract;
        let [channel] = contract.channels[..] else { return None };
        let untouched = contract.range.is_none() && contract.mean.is_empty() && contract.std.is_empty();
        let (rows, columns) = self.prepared.dim();
        let whole = (window.x, window.y, window.width, window.height) == (0, 0, columns, rows);
        match self.source(channel) {
            Source::Plane(plane) if untouched && whole => plane.as_slice(),
            _ => None,
        }
    }

    /// Writes the window's channels one after another; `tensor` has channels x rows x columns places.
    pub(super) fn fill(&self, window: &Window, tensor: &mut [f32]) {
        for (index, plane) in tensor.chunks_exact_mut(window.len()).enumerate() {
            self.fill_channel(index, window, plane);
        }
    }

    /// Writes the window of the contract's channel `index`; `plane` has rows x columns places.
    pub(super) fn fill_channel(&self, index: usize, window: &Window, plane: &mut [f32]) {
        let Some(&channel) = self.contract.channels.get(index) else { return };
        let mean = self.contract.mean.get(index).copied().unwrap_or(0.0);
        let std = self.contract.std.get(index).copied().unwrap_or(1.0);
        let scaled = self.contract.range.is_some() || mean != 0.0 || std != 1.0;
        let (low, high) = self.contract.range.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
        for (row, line) in plane.chunks_exact_mut(window.width).enumerate() {
            self.fill_line(channel, window, window.y + row, line);
            if scaled {
                for v in line {
                    *v = (v.clamp(low, high) - mean) / std;
                }
            }
        }
    }

    fn source(&self, channel: Channel) -> Source<'a> {
        let prepared = self.prepared;
        // A single-energy scan repeats its only plane.
        let low = |planes: &'a Vec<Array2<f32>>| planes.get(1).or(planes.first());
        let plane = match channel {
            Channel::Transmission => prepared.transmission.first(),
            Channel::TransmissionLow => low(&prepared.transmission),
            Channel::Attenuation => prepared.attenuation.first(),
            Channel::AttenuationLow => low(&prepared.attenuation),
            Channel::Ratio => prepared.ratio.as_ref(),
            Channel::Validity => return Source::Validity,
            Channel::Height => return Source::Height,
            Channel::DoorDistance => return Source::DoorDistance,
        };
        // `new` made sure of the planes, so this is the ratio of a single-energy scan.
        plane.map_or(Source::One, Source::Plane)
    }

    /// Row `y` of a channel, from the window's first column.
    fn fill_line(&self, channel: Channel, window: &Window, y: usize, line: &mut [f32]) {
        let (rows, columns) = self.prepared.dim();
        let right = (window.x + window.width).min(columns);
        // Beyond the edge there is air that nobody measured.
        let outside = match channel {
            Channel::Transmission | Channel::TransmissionLow | Channel::Ratio => 1.0,
            _ => 0.0,
        };
        let pixel = self.prepared.frame.pixel;
        match self.source(channel) {
            Source::Height => line.fill((rows as f32 - y as f32 - 0.5) * pixel.y / 1000.0),
            Source::DoorDistance => {
                let doors_right = self.prepared.frame.doors == End::Right;
                for (column, v) in line.iter_mut().enumerate() {
                    let from_left = (window.x + column) as f32 + 0.5;
                    let pixels = if doors_right { columns as f32 - from_left } else { from_left };
                    *v = pixels * pixel.x / 1000.0;
                }
            }
            Source::One => line.fill(1.0),
            Source::Plane(_) | Source::Validity if y >= rows || window.x >= right => line.fill(outside),
            Source::Plane(numbers) => {
                let (inside, padding) = line.split_at_mut(right - window.x);
                inside.iter_mut().zip(numbers.slice(s![y, window.x..right])).for_each(|(v, &n)| *v = n);
                padding.fill(outside);
            }
            Source::Validity => {
                let (inside, padding) = line.split_at_mut(right - window.x);
                let states = self.prepared.state.slice(s![y, window.x..right]);
                inside.iter_mut().zip(states).for_each(|(v, &s)| *v = f32::from(u8::from(s == PixelState::Valid)));
                padding.fill(outside);
            }
        }
    }
}

/// What a model of this contract gets of a scan, whatever its area mode: `[channel, row, column]`, clamped and scaled, without
/// padding. For training.
///
/// # Errors
/// A bug error where the scan lacks planes that the contract wants; a parameter error where it has other pixels.
pub fn input_tensor(prepared: &Prepared, contract: &InputContract) -> Result<Array3<f32>> {
    let (rows, columns) = prepared.dim();
    let mut tensor = Array3::zeros((contract.channels.len(), rows, columns));
    let window = Window { x: 0, y: 0, width: columns, height: rows };
    let places = tensor.as_slice_mut().ok_or_else(|| Error::bug("a new array is no plain one"))?;
    Input::new(prepared, contract)?.fill(&window, places);
    Ok(tensor)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::infer::Area;
    use crate::prepare::{Frame, Located};
    use crate::scan::{BoxPx, PixelSize};

    /// A scan of one or two planes whose attenuation at a pixel is `attenuation(row, column)`; the low plane has twice that.
    pub(crate) fn prepared(size: (usize, usize), planes: usize, attenuation: impl Fn(usize, usize) -> f32) -> Prepared {
        let high = Array2::from_shape_fn(size, |(r, c)| attenuation(r, c));
        let attenuation: Vec<Array2<f32>> = [high.clone(), &high * 2.0].into_iter().take(planes).collect();
        let pixel = PixelSize { x: 5.0, y: 5.0 };
        Prepared {
            transmission: attenuation.iter().map(|a| a.mapv(|a| (-a).exp())).collect(),
            attenuation,
            ratio: (planes > 1).then(|| Array2::from_elem(size, 2.0)),
            state: Array2::default(size),
            energies_mv: Vec::new(),
            noise_floor: 0.001,
            frame: Frame {
                crop: BoxPx { x: 0, y: 0, width: size.1 as u32, height: size.0 as u32 },
                located: Located::Container,
                source_pixel: pixel,
                pixel_sigma: 0.0,
                pixel,
                doors: End::Right,
                doors_known: true,
            },
            steps: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn contract(channels: &[Channel]) -> InputContract {
        InputContract {
            name: "scan".to_owned(),
            channels: channels.to_vec(),
            range: None,
            mean: Vec::new(),
            std: Vec::new(),
            pixel_mm: 5.0,
            area: Area::Whole { multiple: 4 },
        }
    }

    fn filled(scan: &Prepared, contract: &InputContract, window: Window) -> Vec<f32> {
        let mut tensor = vec![f32::NAN; contract.channels.len() * window.len()];
        Input::new(scan, contract).unwrap().fill(&window, &mut tensor);
        tensor
    }

    #[test]
    fn each_channel_holds_what_its_name_says_inside_and_outside() {
        let mut scan = prepared((2, 3), 2, |r, c| (r * 3 + c) as f32);
        scan.state[[0, 2]] = PixelState::Shielded;
        scan.state[[1, 1]] = PixelState::Repaired;
        let window = Window { x: 1, y: 0, width: 3, height: 3 };
        let t = |a: f32| (-a).exp();
        let cases: [(Channel, [f32; 9]); 8] = [
            (Channel::Attenuation, [1.0, 2.0, 0.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0]),
            (Channel::AttenuationLow, [2.0, 4.0, 0.0, 8.0, 10.0, 0.0, 0.0, 0.0, 0.0]),
            (Channel::Transmission, [t(1.0), t(2.0), 1.0, t(4.0), t(5.0), 1.0, 1.0, 1.0, 1.0]),
            (Channel::TransmissionLow, [t(2.0), t(4.0), 1.0, t(8.0), t(10.0), 1.0, 1.0, 1.0, 1.0]),
            (Channel::Ratio, [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0]),
            (Channel::Validity, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
            (Channel::Height, [0.0075, 0.0075, 0.0075, 0.0025, 0.0025, 0.0025, -0.0025, -0.0025, -0.0025]),
            (Channel::DoorDistance, [0.0075, 0.0025, -0.0025, 0.0075, 0.0025, -0.0025, 0.0075, 0.0025, -0.0025]),
        ];
        for (channel, expected) in &cases {
            let found = filled(&scan, &contract(&[*channel]), window);
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-6, "{channel:?}: {found:?}");
            }
        }
        // All at once, in order.
        let channels: Vec<Channel> = cases.iter().map(|(channel, _)| *channel).collect();
        let all = filled(&scan, &contract(&channels), window);
        assert!((all[9 * 5] - 1.0).abs() < 1e-6 && (all[9] - 2.0).abs() < 1e-6);
        scan.frame.doors = End::Left;
        let found = filled(&scan, &contract(&[Channel::DoorDistance]), window);
        assert!((found[0] - 0.0075).abs() < 1e-6 && (found[1] - 0.0125).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn a_single_energy_scan_repeats_its_plane_and_has_ratio_one() {
        let scan = prepared((1, 2), 1, |_, c| c as f32 + 1.0);
        let window = Window { x: 0, y: 0, width: 2, height: 1 };
        let found = filled(&scan, &contract(&[Channel::AttenuationLow, Channel::Ratio]), window);
        assert_eq!(found, [1.0, 2.0, 1.0, 1.0]);
    }

    #[test]
    fn values_are_clamped_then_scaled_per_channel_padding_too() {
        let scan = prepared((1, 2), 1, |_, c| if c == 0 { -1.0 } else { 9.0 });
        let mut contract = contract(&[Channel::Attenuation, Channel::Attenuation]);
        contract.range = Some((0.0, 8.0));
        contract.mean = vec![0.0, 4.0];
        contract.std = vec![1.0, 2.0];
        let found = filled(&scan, &contract, Window { x: 0, y: 0, width: 3, height: 1 });
        assert_eq!(found, [0.0, 8.0, 0.0, -2.0, 2.0, -2.0]);
    }

    #[test]
    fn a_scan_that_needs_no_change_is_not_copied() {
        let scan = prepared((4, 8), 1, |r, c| (r * c) as f32);
        let whole = Window { x: 0, y: 0, width: 8, height: 4 };
        let plain = contract(&[Channel::Attenuation]);
        let input = Input::new(&scan, &plain).unwrap();
        assert_eq!(input.as_is(&whole).unwrap().as_ptr(), scan.attenuation[0].as_ptr());
        assert!(input.as_is(&Window { width: 12, ..whole }).is_none());
        let mut clamped = plain.clone();
        clamped.range = Some((0.0, 1.0));
        assert!(Input::new(&scan, &clamped).unwrap().as_is(&whole).is_none());
    }

    #[test]
    fn unfit_scans_are_refused() {
        let wanted = contract(&[Channel::Attenuation]);
        let told = |scan: &Prepared| Input::new(scan, &wanted).unwrap_err().to_string();
        assert!(told(&prepared((0, 5), 1, |_, _| 0.0)).contains("no pixels"));
        let mut scan = prepared((4, 4), 1, |_, _| 0.0);
        scan.frame.pixel.x = 4.0;
        assert!(told(&scan).contains("prepared at 4 x 5 mm a pixel, the model wants 5"));
        scan.frame.pixel.x = 5.0;
        scan.transmission[0] = Array2::zeros((3, 4));
        assert!(told(&scan).contains("planes of several sizes"));
        scan.transmission.clear();
        assert!(Input::new(&scan, &wanted).is_ok(), "transmission that the model does not want may be missing");
        let transmission = contract(&[Channel::Transmission]);
        assert!(Input::new(&scan, &transmission).unwrap_err().to_string().contains("lacks a plane"));
        scan.attenuation.clear();
        assert!(told(&scan).contains("lacks a plane"));
    }
}
