//! The program as a user meets it: exit code, standard output and standard error of each command.

mod bench;
mod calibrate;
mod doctor;
mod paper;
mod scan;
mod settings;
mod simulate;
mod tensors;

use std::path::Path;
use std::process::{Command, Output};

/// The program, in an environment of its own.
pub(crate) fn portray(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portray"));
    command.current_dir(folder).env_remove("PORTRAY_LOG").env_remove("NO_COLOR").env_remove("ORT_DYLIB_PATH");
    command.stdin(std::process::Stdio::null());
    command
}

/// Exit code and both streams in one text, with what differs between machines taken out.
pub(crate) fn shown(folder: &Path, output: &Output) -> String {
    let stream = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&folder.display().to_string(), "[folder]");
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        for line in &mut lines {
            if let Some(at) = line.rfind("; ")
                && line.ends_with(" s")
            {
                line.replace_range(at.., "; [time] s");
            }
        }
        lines.join("\n")
    };
    format!(
        "exit: {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status.code().map_or("signal".to_owned(), |code| code.to_string()),
        stream(&output.stdout),
        stream(&output.stderr)
    )
}

/// A 16-bit PNG with its sidecar: air, a 6 m box with thin walls, and where `loaded` 60 cm of something dense in it.
pub(crate) fn picture(path: &Path, loaded: bool) {
    let image = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_fn(700, 320, |x, y| {
        let inside = (60..640).contains(&x) && (40..280).contains(&y);
        let wall = inside && (!(64..636).contains(&x) || !(44..276).contains(&y));
        let load = loaded && (300..360).contains(&x) && (150..200).contains(&y);
        let level = if load {
            20_000
        } else if wall {
            35_000
        } else if inside {
            54_000
        } else {
            60_000
        };
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7;
        image::Luma([(level + noise % 64) as u16])
    });
    image.save(path).unwrap();
    let sidecar = r#"{ "pixel_mm": 10.4, "polarity": "air_bright", "energies_mv": [6], "doors": "right" }"#;
    std::fs::write(path.with_extension("json"), sidecar).unwrap();
}

/// Compares with `snapshots/NAME.snap`.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
