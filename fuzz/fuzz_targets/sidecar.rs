//! Any bytes either read as a sidecar or give an error; a raw layout that was read can be used on any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portray::source::{Hints, Limits, Sidecar, read};

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.json", "a.toml"] {
        if let Ok(sidecar) = Sidecar::parse(name, bytes) {
            let hints = Hints { file_name: None, sidecar: Some(sidecar) };
            let _ = read(&[7; 256], &hints, &Limits::default());
        }
    }
});
