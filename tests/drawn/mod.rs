//! Pictures of a 20-ft box, drawn pixel by pixel, and what portray says of them.

use crate::sample_reports::reports_with;
use ndarray::{Array2, s};
use portray::judge::ReasonCode;
use portray::pipeline::Line;
use portray::report::Report;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Normal};
use serde_json::{Value, json};

/// Size of a pixel.
pub(crate) const MM: f32 = 8.0;

/// A place in pixels: first column, first row, columns, rows.
pub(crate) type Place = (usize, usize, usize, usize);

/// The box's place in the picture.
pub(crate) const BOX: Place = (60, 60, 757, 324);

/// Transmission, and the detectors that count it.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) t: Array2<f32>,
    /// Counts of air over dark, and the dark level.
    pub(crate) air: f32,
    pub(crate) dark: f32,
    /// Relative noise of air.
    pub(crate) noise: f32,
    /// Noise of the dark level, in counts.
    pub(crate) electronic: f32,
}

impl Drawn {
    /// A box with goods on its floor and air around.
    pub(crate) fn box_of_goods() -> Self {
        let t = Array2::from_elem((444, 877), 1.0);
        let mut drawn = Self { t, air: 50_000.0, dark: 0.0, noise: 0.006, electronic: 4.0 };
        drawn.put_box(BOX);
        drawn
    }

    /// Puts a box with goods on its floor.
    pub(crate) fn put_box(&mut self, (x, y, width, height): Place) {
        self.put((x, y, width, height), 0.85);
        self.put((x, y, width, 8), 0.6);
        self.put((x, y + height - 20, width, 20), 0.45);
        self.put((x, y, 20, height), 0.5);
        self.put((x + width - 20, y, 20, height), 0.5);
        self.put((x + 30, y + 130, width - 60, height - 150), 0.4);
    }

    /// The same with something in the goods that nothing gets through, a square of `side` mm.
    pub(crate) fn with_block(side: f32) -> Self {
        let mut drawn = Self::box_of_goods();
        let side = (side / MM).ceil() as usize;
        drawn.put((403, 283, side, side), 0.0);
        drawn
    }

    /// Puts something that lets a share through before whatever is there.
    pub(crate) fn put(&mut self, (x, y, width, height): Place, share: f32) {
        self.t.slice_mut(s![y..y + height, x..x + width]).mapv_inplace(|t| t * share);
    }

    /// Cuts a place out of the picture.
    pub(crate) fn cut(&mut self, (x, y, width, height): Place) {
        self.t = self.t.slice(s![y..y + height, x..x + width]).to_owned();
    }

    /// Air bright, 16 bits.
    pub(crate) fn counts(&self) -> Array2<u16> {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let normal = Normal::new(0.0f32, 1.0).unwrap();
        self.t.mapv(|t| {
            let signal = self.air * (t + self.noise * t.sqrt() * normal.sample(&mut random));
            (self.dark + signal + self.electronic * normal.sample(&mut random)).round().clamp(0.0, 65_535.0) as u16
        })
    }

    /// What portray says of it by default.
    pub(crate) fn report(&self) -> Report {
        report(&[self.counts()], &stated(), |_| {})
    }
}

/// A sidecar that states what a scanner knows.
pub(crate) fn stated() -> Value {
    json!({"pixel_mm": MM, "polarity": "air_bright", "doors": "right"})
}

/// From the left to the right.
pub(crate) fn mirrored(counts: &Array2<u16>) -> Array2<u16> {
    counts.slice(s![.., ..;-1]).to_owned()
}

/// A `NumPy` file of these planes.
pub(crate) fn npy(planes: &[Array2<u16>]) -> Vec<u8> {
    let (rows, columns) = planes[0].dim();
    let header =
        format!("{{'descr': '<u2', 'fortran_order': False, 'shape': ({}, {rows}, {columns}), }}\n", planes.len());
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(planes.iter().flatten().flat_map(|count| count.to_le_bytes()));
    bytes
}

/// What portray says of a picture with this sidecar, with settings that `edit` changes.
pub(crate) fn report(planes: &[Array2<u16>], sidecar: &Value, edit: impl FnOnce(&mut Line<'_>)) -> Report {
    report_of("box.npy", &npy(planes), sidecar, edit)
}

/// The same of a file's bytes.
pub(crate) fn report_of(name: &str, bytes: &[u8], sidecar: &Value, edit: impl FnOnce(&mut Line<'_>)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    std::fs::write(folder.path().join(format!("{name}.json")), sidecar.to_string()).unwrap();
    let mut reports = reports_with(folder.path(), edit);
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

/// The reasons' codes, and the warnings' that are among them.
pub(crate) fn reasons(report: &Report) -> Vec<String> {
    let word = |reason: &portray::judge::Reason| match reason.code {
        ReasonCode::Poor => reason.message.split(':').next().unwrap_or_default().to_owned(),
        code => format!("{code:?}").to_lowercase(),
    };
    report.reasons.iter().map(word).collect()
}

/// Whether a report says that the beam did not get through.
pub(crate) fn is_shielded(report: &Report) -> bool {
    report.reasons.iter().any(|reason| reason.code == ReasonCode::Shielded)
}
