//! Any bytes either read as a scan within the limits or give an error; nothing panics, nothing takes memory without end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portray::source::{Hints, Limits, read};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_pixels: 1 << 18, max_bytes: 1 << 20, max_pages: 4 };
    if let Ok(scan) = read(bytes, &Hints::default(), &limits) {
        assert!(!scan.planes.is_empty() && scan.planes.len() <= 4);
        assert!(u64::from(scan.width()) * u64::from(scan.height()) <= limits.max_pixels);
        assert!(scan.planes.iter().all(|plane| plane.samples.dim() == scan.planes[0].samples.dim()));
    }
});
