use super::portray;

#[test]
fn doctor_says_what_was_found_and_that_it_works() {
    let folder = tempfile::tempdir().unwrap();
    let output = portray(folder.path()).args(["doctor", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found["runtime"]["Ok"].is_object(), "{found}");
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
