use super::portray;

#[test]
fn completions_manual_and_schemas_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 13] = [
        (&["completions", "bash"], "_portray"),
        (&["completions", "zsh"], "#compdef portray"),
        (&["completions", "fish"], "complete -c portray"),
        (&["man"], ".TH portray"),
        (&["schema", "report"], "\"schema_version\""),
        (&["schema", "summary"], "\"counts\""),
        (&["schema", "contract"], "\"pixel_mm\""),
        (&["schema", "truth"], "\"loads\""),
        (&["schema", "scenario"], "\"families\""),
        (&["schema", "scanner"], "\"detector\""),
        (&["schema", "settings"], "\"noise_floor\""),
        (&["schema", "calibration"], "\"left_out\""),
        (&["schema", "drift"], "\"kolmogorov_smirnov\""),
    ];
    for (arguments, expected) in cases {
        let output = portray(folder.path()).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(text.contains(expected), "{arguments:?}");
    }
}

#[test]
fn the_manual_has_the_sections_that_manuals_have() {
    let folder = tempfile::tempdir().unwrap();
    let output = portray(folder.path()).arg("man").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(".SH \"EXIT STATUS\"") && text.contains("130  interrupted"), "{text}");
    assert!(text.contains(".SH \"EXAMPLES\"") && !text.contains("EXTRA"), "{text}");
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["scan", "calibrate", "simulate", "tensors", "doctor", "schema", "completions", "man"] {
        let output = portray(folder.path()).args([command, "--help"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0));
        assert!(text.contains(&format!("portray {command}")) && text.contains("Example"), "{command}: {text}");
    }
    let output = portray(folder.path()).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"));
}
