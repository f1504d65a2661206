use super::portray;

#[test]
fn doctor_says_what_was_found_and_that_it_works() {
    let folder = tempfile::tempdir().unwrap();
    let output = portray(folder.path()).args(["doctor", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found["runtime"]["version"].is_string(), "{found}");
    let text = portray(folder.path()).arg("doctor").output().unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("contrast") && text.contains("cpu"), "{text}");
}

#[test]
fn doctor_without_a_runtime_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = portray(folder.path()).args(["doctor", "--onnxruntime", "missing.so"]).output().unwrap();
    assert_eq!(output.status.code(), Some(70));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("missing.so") && text.contains("--onnxruntime"), "{text}");
}

#[test]
fn doctor_on_models_that_cannot_be_used_ends_with_64_as_a_scan_does() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::write(folder.path().join("text.onnx"), b"no model").unwrap();
    let cases = [("none.onnx", "no such file or folder"), ("empty", "no .onnx file"), ("text.onnx", "cannot be used")];
    for (model, words) in cases {
        let output = portray(folder.path()).args(["doctor", model]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(64), "{model}: {text}");
        assert!(text.contains(words), "{model}: {text}");
    }
}
