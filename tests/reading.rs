//! Files that other programs wrote read to the very values that those programs stored.

use ndarray::Array2;
use portray::scan::{Digest, Energy, Fault, PixelSize, Plane, Polarity, Samples, Scan};
use portray::source::{Entry, Hints, Limits, open, read};
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    r#type: String,
    rows: usize,
    columns: usize,
    sha256: String,
    first: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    planes: Vec<Expected>,
    polarity: Option<Polarity>,
    container: Option<String>,
    time: Option<String>,
    scanner: Option<String>,
    pixel_mm: Option<[f32; 2]>,
    energies_mv: Option<Vec<f32>>,
    view: Option<String>,
    full_scale: Option<f32>,
    #[serde(default)]
    warnings: Vec<String>,
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn scan(path: PathBuf) -> portray::scan::Result<Scan> {
    open(&Entry { name: path.display().to_string(), path }, &Limits::default())
}

/// The samples as little-endian bytes, row by row, and the first four values.
fn stored(samples: &Samples) -> (Vec<u8>, Vec<f64>) {
    fn all<T: Copy, const N: usize>(
        a: &Array2<T>,
        bytes: fn(T) -> [u8; N],
        value: fn(T) -> f64,
    ) -> (Vec<u8>, Vec<f64>) {
        assert!(a.is_standard_layout());
        (a.iter().flat_map(|&v| bytes(v)).collect(), a.iter().take(4).map(|&v| value(v)).collect())
    }
    match samples {
        Samples::U8(a) => all(a, u8::to_le_bytes, f64::from),
        Samples::U16(a) => all(a, u16::to_le_bytes, f64::from),
        Samples::U32(a) => all(a, u32::to_le_bytes, f64::from),
        Samples::I32(a) => all(a, i32::to_le_bytes, f64::from),
        Samples::F32(a) => all(a, f32::to_le_bytes, f64::from),
    }
}

#[test]
fn what_python_packages_wrote_is_read_bit_for_bit() {
    let manifest = std::fs::read(data("python.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&manifest).unwrap();
    let files = std::fs::read_dir(data("python")).unwrap().count();
    assert_eq!((cases.len(), files), (169, 169), "make.py and this test must agree on what there is");
    let mut wrong = Vec::new();
    for case in &cases {
        match scan(data("python").join(&case.file)) {
            Ok(scan) => wrong.extend(compare(case, &scan).err().map(|error| format!("{}: {error}", case.file))),
            Err(error) => wrong.push(format!("{}: {error}", case.file)),
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn compare(case: &Case, scan: &Scan) -> Result<(), String> {
    let same = |what: &str, equal: bool| if equal { Ok(()) } else { Err(what.to_owned()) };
    same("number of planes", scan.planes.len() == case.planes.len())?;
    for (plane, expected) in scan.planes.iter().zip(&case.planes) {
        same("type", plane.samples.type_name() == expected.r#type)?;
        same("size", plane.samples.dim() == (expected.rows, expected.columns))?;
        let (bytes, first) = stored(&plane.samples);
        if Digest::of(&bytes).to_string() != expected.sha256 {
            return Err(format!("values start with {first:?}, expected {:?}", expected.first));
        }
        same("full scale", case.full_scale.is_none_or(|most| plane.full_scale == most))?;
    }
    let energies: Vec<Energy> = scan.planes.iter().map(|plane: &Plane| plane.energy).collect();
    let roles = [Energy::High, Energy::Low, Energy::Other];
    same(
        "energies",
        if energies.len() == 1 { energies == [Energy::Single] } else { energies == roles[..energies.len()] },
    )?;
    let metadata = &scan.metadata;
    same("polarity", metadata.polarity == case.polarity)?;
    let number = metadata.container.as_ref().map(|container| container.number.clone());
    same("container", number == case.container)?;
    same("time", metadata.time == case.time)?;
    same("scanner", metadata.scanner == case.scanner)?;
    same("view", metadata.view == case.view)?;
    same("stated energies", metadata.energies_mv == case.energies_mv.clone().unwrap_or_default())?;
    if let Some([x, y]) = case.pixel_mm {
        same("pixel size", metadata.pixel_mm == PixelSize::new(x, y))?;
    }
    let mut codes: Vec<&str> = scan.warnings.iter().map(|warning| warning.code.as_str()).collect();
    codes.retain(|&code| code != "energies_assumed" && code != "white_is_zero");
    same(&format!("warnings {codes:?}"), codes == case.warnings)
}

/// The image in the four files: 160 x 64, value (5 * (160 * y + x)) mod 65536.
fn ramp() -> Array2<u16> {
    Array2::from_shape_fn((64, 160), |(y, x)| (5 * (160 * y + x) % 65536) as u16)
}

#[cfg(feature = "dicom")]
#[test]
fn dicos_images_of_another_toolkit_are_read_exactly() {
    for name in ["dx-explicit.dcs", "dx-implicit.dcs", "dx-rle.dcs", "dx-jpeg.dcs"] {
        let scan = scan(data(name)).unwrap();
        assert_eq!(scan.format, "dicos", "{name}");
        assert_eq!(scan.planes.len(), 1, "{name}");
        assert_eq!(scan.planes[0].samples, Samples::U16(ramp()), "{name}");
        assert_eq!(scan.planes[0].full_scale, 65535.0, "{name}");
        let metadata = &scan.metadata;
        assert_eq!(metadata.energies_mv, [6.0], "{name}");
        assert_eq!(metadata.polarity, Some(Polarity::AirBright), "{name}");
        assert!(metadata.time.as_deref().is_some_and(|time| time.starts_with("2026-11-23T21:23:52.44")), "{name}");
        assert!(
            metadata.instance_uid.as_deref().is_some_and(|uid| uid.contains(".0")),
            "{name}: leading zeros are kept"
        );
        assert_eq!(metadata.scanner, None, "{name}: the file says unknown everywhere");
        assert!(scan.warnings.is_empty(), "{name}: {:?}", scan.warnings);
    }
}

#[cfg(feature = "dicom")]
#[test]
fn a_file_without_the_preamble_is_read() {
    let bytes = std::fs::read(data("dx-implicit.dcs")).unwrap();
    let scan = read(&bytes[132..], &Hints::default(), &Limits::default()).unwrap();
    assert_eq!(scan.planes[0].samples, Samples::U16(ramp()));
}

#[cfg(feature = "dicom")]
#[test]
fn threat_detection_reports_are_no_images() {
    for name in ["tdr-alarm.dcs", "tdr-clear.dcs"] {
        let error = scan(data(name)).unwrap_err();
        assert_eq!(error.fault, Fault::Unsupported, "{name}");
        assert!(error.message.contains("threat detection report, not an image"), "{name}: {error}");
    }
}

#[cfg(not(feature = "dicom"))]
#[test]
fn without_the_feature_dicom_files_say_how_to_read_them() {
    let error = scan(data("dx-explicit.dcs")).unwrap_err();
    assert_eq!(error.fault, Fault::Unsupported);
    assert!(error.to_string().contains("feature dicom"), "{error}");
    let _ = (ramp(), read(&[], &Hints::default(), &Limits::default()));
}
