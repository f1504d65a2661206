//! Small synthetic scans for tests: air with detector bands and drift, a container, a chassis, loads, noise.

use crate::scan::{BoxPx, Digest, Energy, Metadata, PixelSize, Plane, Polarity, Samples, Scan};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

/// A block of evenly absorbing material in front of everything else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slab {
    pub(super) area: BoxPx,
    /// High-energy attenuation.
    pub(super) attenuation: f32,
    /// Low-energy over high-energy attenuation.
    pub(super) ratio: f32,
}

/// What a scene holds; lengths in pixels.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixel_mm: f32,
    pub(super) container: Option<BoxPx>,
    /// Wheels, beams and a cab to the left.
    pub(super) chassis: bool,
    pub(super) slabs: Vec<Slab>,
    /// Largest deviation of a detector band from the mean.
    pub(super) bands: f32,
    /// Fall of the source from left to right.
    pub(super) drift: f32,
    /// Relative noise of air; grows as counts get fewer.
    pub(super) noise: f32,
    pub(super) air: f32,
    pub(super) dark: f32,
    /// Rows at the bottom that see no beam.
    pub(super) black_strip: u32,
    /// Columns at the left and right in which the source is off.
    pub(super) off: (u32, u32),
    pub(super) dual: bool,
}

impl Scene {
    /// A 40-ft box of 8 ft 6 in at 8 mm a pixel, with air around.
    pub(super) fn empty_box() -> Self {
        Self {
            width: 1724,
            height: 444,
            pixel_mm: 8.0,
            container: Some(BoxPx { x: 100, y: 60, width: 1524, height: 324 }),
            chassis: false,
            slabs: Vec::new(),
            bands: 0.05,
            drift: 0.04,
            noise: 0.008,
            air: 48_000.0,
            dark: 0.0,
            black_strip: 0,
            off: (0, 0),
            dual: false,
        }
    }

    /// Attenuation at high energy and the ratio of what dominates, without bands, drift and noise.
    pub(super) fn attenuation(&self, r: u32, c: u32) -> (f32, f32) {
        let inside = |b: &BoxPx| (b.x..b.right()).contains(&c) && (b.y..b.bottom()).contains(&r);
        let (mut sum, mut low) = (0.0, 0.0);
        let mut add = |a: f32, ratio: f32| {
            sum += a;
            low += a * ratio;
        };
        if let Some(b) = self.container.filter(inside) {
            let px = |mm: f32| (mm / self.pixel_mm).round().max(1.0) as u32;
            let (from_left, from_top) = (c - b.x, r - b.y);
            let (from_right, from_bottom) = (b.right() - 1 - c, b.bottom() - 1 - r);
            // Two walls, corrugated with a period of 280 mm.
            let wave = (from_left as f32 * self.pixel_mm / 280.0 * std::f32::consts::TAU).sin();
            add(if wave > 0.5 { 0.10 } else { 0.07 }, 1.3);
            if from_left < px(160.0) || from_right < px(160.0) {
                add(0.5, 1.3);
            }
            if from_top < px(60.0) {
                add(0.35, 1.3);
            }
            if from_bottom < px(160.0) {
                add(0.9, 1.3);
            }
            // Door bars: a tube of 34 mm.
            if from_right == px(600.0) || from_right == px(600.0) + 1 || from_right == px(600.0) + 2 {
                add(0.4, 1.3);
            }
        }
        if let (true, Some(b)) = (self.chassis, self.container) {
            let px = |mm: f32| (mm / self.pixel_mm).round() as i64;
            let (x, y) = (i64::from(c) - i64::from(b.x), i64::from(r) - i64::from(b.bottom()));
            let long = i64::from(b.width);
            if (px(-300.0)..long).contains(&x) && (0..px(300.0)).contains(&y) {
                add(1.8, 1.3);
            }
            for wheel in [0.12, 0.7, 0.8, 0.9] {
                let (dx, dy) = (x - (wheel * long as f32) as i64, y - px(500.0));
                if dx * dx + dy * dy < px(450.0) * px(450.0) {
                    add(1.2, 1.2);
                }
            }
            // The cab: lower than the box, with a gap.
            if (px(-2600.0)..px(-700.0)).contains(&x) && (px(-1900.0)..px(600.0)).contains(&y) {
                add(0.8, 1.25);
            }
        }
        for slab in self.slabs.iter().filter(|s| inside(&s.area)) {
            add(slab.attenuation, slab.ratio);
        }
        (sum, low)
    }

    /// The scan, 16-bit, in the given polarity, which its metadata do not state.
    pub(super) fn scan(&self, polarity: Polarity) -> Scan {
        let energies = if self.dual { vec![Energy::High, Energy::Low] } else { vec![Energy::Single] };
        let planes = energies
            .into_iter()
            .map(|energy| Plane {
                energy,
                samples: Samples::U16(self.plane(energy, polarity)),
                full_scale: 65535.0,
                step: 1.0,
            })
            .collect();
        scan(planes, Metadata { pixel_mm: PixelSize::new(self.pixel_mm, self.pixel_mm), ..Metadata::default() })
    }

    fn plane(&self, energy: Energy, polarity: Polarity) -> Array2<u16> {
        let mut random = ChaCha8Rng::seed_from_u64(7 + u64::from(energy == Energy::Low));
        let normal = Normal::new(0.0f32, 1.0).unwrap();
        Array2::from_shape_fn((self.height as usize, self.width as usize), |(r, c)| {
            let (high, low) = self.attenuation(r as u32, c as u32);
            let t = (-if energy == Energy::Low { low } else { high }).exp();
            let off = (c as u32) < self.off.0 || c as u32 >= self.width - self.off.1;
            let black = off || r as u32 >= self.height - self.black_strip;
            let noise = self.noise * t.sqrt() * normal.sample(&mut random);
            let signal = if black { 0.0 } else { (t + noise) * self.air_level(r, c) };
            let count = (signal + self.dark + 4.0 * normal.sample(&mut random)).clamp(0.0, 65535.0) as u16;
            if polarity == Polarity::AirDark { 65535 - count } else { count }
        })
    }

    /// The true air level over dark.
    pub(super) fn air_level(&self, r: usize, c: usize) -> f32 {
        // Modules of 32 detectors, and every detector a little of its own.
        let module = ((r / 32 * 37) % 11) as f32 / 5.0 - 1.0;
        let own = ((r * 29) % 13) as f32 / 6.0 - 1.0;
        let along = c as f32 / self.width as f32;
        self.air * (1.0 + self.bands * (0.8 * module + 0.2 * own)) * (1.0 - self.drift * along * along)
    }
}

/// A scan of these planes.
pub(super) fn scan(planes: Vec<Plane>, metadata: Metadata) -> Scan {
    Scan { format: "npy", digest: Digest::of(b"scene"), bytes: 0, planes, metadata, warnings: Vec::new() }
}

/// Sets pixels of a 16-bit plane.
pub(super) fn paint(scan: &mut Scan, plane: usize, area: BoxPx, value: u16) {
    let Samples::U16(a) = &mut scan.planes[plane].samples else { panic!("scenes are 16-bit") };
    for r in area.y..area.bottom() {
        for c in area.x..area.right() {
            a[[r as usize, c as usize]] = value;
        }
    }
}
