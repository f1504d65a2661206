use super::{picture, portray, shown, snapshot};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Six scans, half of them loaded, with a table that says so.
fn set(folder: &Path) {
    let set = folder.join("set");
    fs::create_dir(&set).unwrap();
    let mut table = "path,label,class,container\n".to_owned();
    for number in 0..6 {
        let loaded = number % 2 == 1;
        let path = set.join(format!("{number}.png"));
        picture(&path, loaded);
        // Every scan has bytes of its own.
        let mut pixels = image::open(&path).unwrap().into_luma16();
        pixels.put_pixel(number, 0, image::Luma([60_100]));
        pixels.save(&path).unwrap();
        let class = if loaded { "rip_off" } else { "" };
        let _ = writeln!(table, "{number}.png,{},{class},c{number}", if loaded { "loaded" } else { "clean" });
    }
    fs::write(set.join("truth.csv"), table).unwrap();
}

fn bench(folder: &Path, arguments: &[&str]) -> std::process::Output {
    portray(folder).arg("bench").args(arguments).output().unwrap()
}

fn result(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn gate(folder: &Path, text: &str) {
    fs::write(folder.join("gate.toml"), text).unwrap();
}

const FAST: [&str; 4] = ["--data", "set", "--no-speed", "--threads"];

#[test]
fn a_set_with_a_table_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    let output = bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "out"]].concat());
    snapshot("bench_table", &shown(folder.path(), &output));
    let out = folder.path().join("out");
    snapshot("bench_markdown", &fs::read_to_string(out.join("bench.md")).unwrap());
    let csv = fs::read_to_string(out.join("scans.csv")).unwrap();
    assert!(csv.starts_with("name,loaded,container,scanner,family,classes,mass_kg,visible,built-in score"), "{csv}");
    assert_eq!(csv.lines().count(), 7);
    // One page that asks for nothing.
    let page = fs::read_to_string(out.join("bench.html")).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("<svg"));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="), "{page}");
    // The same bytes on another number of threads.
    bench(folder.path(), &[FAST.as_slice(), &["1", "--out", "again"]].concat());
    let bytes = |folder_name: &str| fs::read(folder.path().join(folder_name).join("bench.json")).unwrap();
    assert_eq!(bytes("out"), bytes("again"));
}

#[test]
fn an_unchanged_model_passes_against_its_own_baseline_and_a_flip_fails() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    gate(folder.path(), "[parity]\nlargest = 0.0\n[baseline]\noperating_detection = 0.0\n");
    assert_eq!(bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "old"]].concat()).status.code(), Some(0));
    let with_baseline = ["--baseline", "old/bench.json", "--gate", "gate.toml", "--out", "new"];
    let passed = bench(folder.path(), &[FAST.as_slice(), &["2"], &with_baseline].concat());
    let text = shown(folder.path(), &passed);
    assert!(text.starts_with("exit: 0") && text.contains("gate: pass"), "{text}");
    assert!(
        text.contains("every score is the same, to a step of 1e-5") && text.contains("0 verdicts differ"),
        "{text}"
    );

    // At another threshold the loads are missed: three labels flip.
    let flipped = bench(folder.path(), &[FAST.as_slice(), &["2", "--threshold", "1"], &with_baseline].concat());
    let text = shown(folder.path(), &flipped);
    assert!(
        text.starts_with("exit: 1") && text.contains("3 verdicts differ, at most 0 may: 1.png, 3.png, 5.png"),
        "{text}"
    );
    let junit = fs::read_to_string(folder.path().join("new/junit.xml")).unwrap();
    assert!(junit.contains("failures=\"2\"") && junit.contains("parity.flips"), "{junit}");
    let markdown = fs::read_to_string(folder.path().join("new/bench.md")).unwrap();
    assert!(
        markdown.contains("**Gate: regression**") && markdown.contains("❌ regression | parity.flips"),
        "{markdown}"
    );

    // The same is told from the two results alone, whichever way round.
    let compared = portray(folder.path())
        .args(["bench", "compare", "old/bench.json", "new/bench.json", "--gate", "gate.toml", "--out", "both"])
        .output()
        .unwrap();
    let text = shown(folder.path(), &compared);
    assert!(text.starts_with("exit: 1") && text.contains("3 verdicts differ"), "{text}");
    assert_eq!(result(&folder.path().join("both/bench.json"))["comparisons"][0]["baseline"], true);
    let alone = portray(folder.path()).args(["bench", "compare", "old/bench.json", "new/bench.json"]).output().unwrap();
    assert_eq!(alone.status.code(), Some(0), "without a gate nothing can fail");
}

#[test]
fn what_so_few_scans_cannot_show_is_inconclusive() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    gate(folder.path(), "[[require]]\nfigure = \"operating_false_alarms\"\nat_most = 0.01\n");
    let output = bench(folder.path(), &[FAST.as_slice(), &["2", "--gate", "gate.toml", "--out", "out"]].concat());
    let text = shown(folder.path(), &output);
    assert!(text.starts_with("exit: 3") && text.contains("gate: inconclusive"), "{text}");
    assert!(text.contains("the set is too small"), "{text}");
    let junit = fs::read_to_string(folder.path().join("out/junit.xml")).unwrap();
    assert!(junit.contains("errors=\"1\"") && junit.contains("type=\"inconclusive\""), "{junit}");
    // The rate that a gate asks for is measured without being asked for twice.
    gate(folder.path(), "[[require]]\nfigure = \"detection\"\nat_false_alarms = 0.02\nat_least = 0.5\n");
    let output = bench(folder.path(), &[FAST.as_slice(), &["2", "--gate", "gate.toml"]].concat());
    assert!(shown(folder.path(), &output).contains("detection at 2 % false alarms"));
}

#[test]
fn a_scan_that_fails_is_named_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    fs::write(folder.path().join("set/1.png"), b"not a picture").unwrap();
    let output = bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "out"]].concat());
    let text = shown(folder.path(), &output);
    assert!(text.starts_with("exit: 2") && text.contains("1.png: "), "{text}");
    assert!(
        text.contains("66.7 %") && text.contains("1 scan failed and count as missed or as false alarms: 1.png"),
        "{text}"
    );
    let scans = result(&folder.path().join("out/bench.json"))["models"][0]["scans"].clone();
    assert_eq!(scans[1]["score"], Value::Null);
    assert!(scans[1]["error"].as_str().is_some_and(|error| !error.is_empty()), "{scans}");
    assert!(fs::read_to_string(folder.path().join("out/junit.xml")).unwrap().contains("every scan is judged"));
}

#[test]
fn times_are_taken_in_turn_and_compared_within_a_run() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/contrast.onnx");
    // The times themselves are the machine's own: what is looked at is that they are there and what they are compared with.
    gate(folder.path(), "[speed]\nslower = 1000.0\n");
    let arguments =
        ["--data", "set", "--speed-limit", "0", "--speed-scans", "2", "--gate", "gate.toml", "--out", "out"];
    let output = bench(folder.path(), &[["--model", model, "--model", model].as_slice(), &arguments].concat());
    let text = shown(folder.path(), &output);
    // Whatever the times, a margin of a thousand leaves no room for a regression; noise may leave it open.
    assert!(!text.starts_with("exit: 1") && text.contains("speed.slower (many at once)"), "{text}");
    let result = result(&folder.path().join("out/bench.json"));
    for number in 0..2 {
        let speed = &result["models"][number]["speed"];
        assert_eq!((speed["rounds"].as_u64(), speed["scans"].as_u64()), (Some(6), Some(2)));
        assert!(speed["cold_start_ms"].as_f64().unwrap() > 0.0, "{speed}");
        assert_eq!(
            speed["peak_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20),
            cfg!(target_os = "linux"),
            "{speed}"
        );
    }
    assert!(result["comparisons"][0]["speed"]["latency"]["noise"].as_f64().unwrap() >= 0.0);
    assert!(result["machine"]["fingerprint"].is_string());
    // Times of two runs are never compared.
    let out = folder.path().join("out/bench.json");
    let out = out.to_str().unwrap();
    let compared = portray(folder.path()).args(["bench", "compare", out, out]).output().unwrap();
    assert!(shown(folder.path(), &compared).contains("times of two runs are not compared"));
    let refused = portray(folder.path()).args(["bench", "compare", out, out, "--gate", "gate.toml"]).output().unwrap();
    let text = shown(folder.path(), &refused);
    assert!(text.starts_with("exit: 64") && text.contains("times of two runs are never compared"), "{text}");
}

#[test]
fn results_that_were_made_otherwise_are_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    gate(folder.path(), "[parity]\nlargest = 1.0\n");
    bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "old"]].concat());
    fs::write(folder.path().join("other.toml"), "[prepare]\nnoise_floor = 0.01\n").unwrap();
    let with_other = ["2", "--settings", "other.toml", "--baseline", "old/bench.json", "--out", "new"];
    let text = shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &with_other].concat()));
    assert!(text.starts_with("exit: 64") && text.contains("settings.prepare.noise_floor is 0.01"), "{text}");
    bench(folder.path(), &[FAST.as_slice(), &["2", "--settings", "other.toml", "--out", "new"]].concat());
    let compared =
        portray(folder.path()).args(["bench", "compare", "old/bench.json", "new/bench.json"]).output().unwrap();
    assert!(shown(folder.path(), &compared).starts_with("exit: 64"));
    // A scan less than the baseline had: nobody knows what it would have shown.
    fs::remove_file(folder.path().join("set/5.png")).unwrap();
    let table = fs::read_to_string(folder.path().join("set/truth.csv")).unwrap();
    fs::write(folder.path().join("set/truth.csv"), table.replace("5.png,loaded,rip_off,c5\n", "")).unwrap();
    let less = ["2", "--baseline", "old/bench.json", "--gate", "gate.toml", "--out", "less"];
    let text = shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &less].concat()));
    assert!(
        text.starts_with("exit: 3")
            && text.contains("5 scans in both, 0 only in the new result, 1 only in the baseline"),
        "{text}"
    );
    // What a run reads it does not overwrite, and what an earlier run left does not pass for its own.
    let text = shown(
        folder.path(),
        &bench(folder.path(), &[FAST.as_slice(), &["2", "--baseline", "old/bench.json", "--out", "old"]].concat()),
    );
    assert!(text.starts_with("exit: 64") && text.contains("which this run reads and would overwrite"), "{text}");
    assert!(folder.path().join("less/junit.xml").is_file());
    picture(&folder.path().join("set/0.png"), true);
    let text = shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &less].concat()));
    assert!(text.starts_with("exit: 64") && text.contains("scan 0.png has other bytes"), "{text}");
    // The new model's own figures are kept; there is no gate in them.
    assert_eq!(result(&folder.path().join("less/bench.json"))["gate"], Value::Null);
}

#[test]
fn truths_that_contradict_themselves_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    let truth = |text: &str| fs::write(folder.path().join("set/truth.csv"), text).unwrap();
    let told = |text: &str| {
        truth(text);
        shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &["2"]].concat()))
    };
    let twice = told("path,label\n0.png,clean\n./0.png,loaded\n");
    assert!(twice.starts_with("exit: 64") && twice.contains("scan 0.png is told of twice"), "{twice}");
    fs::copy(folder.path().join("set/0.png"), folder.path().join("set/copy.png")).unwrap();
    fs::copy(folder.path().join("set/0.json"), folder.path().join("set/copy.json")).unwrap();
    let copied = told("path,label\n0.png,clean\ncopy.png,loaded\n1.png,loaded\n");
    assert!(copied.starts_with("exit: 64") && copied.contains("0.png and copy.png are the same file"), "{copied}");
    let alike = told("path,label\n0.png,clean\ncopy.png,clean\n1.png,loaded\n");
    assert!(alike.starts_with("exit: 0") && alike.contains("count twice (0.png = copy.png)"), "{alike}");
    // A gate about a part that the set does not have.
    gate(folder.path(), "[[require]]\nfigure = 'hit_rate'\nby = 'class'\nvalue = 'ripoff'\nat_least = 0.5\n");
    truth("path,label,class\n0.png,clean,\n1.png,loaded,rip_off\n");
    let text = shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &["2", "--gate", "gate.toml"]].concat()));
    assert!(
        text.starts_with("exit: 64") && text.contains("the set has no class \"ripoff\"; it has: rip_off"),
        "{text}"
    );
}

#[test]
fn names_from_outside_are_inert_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    fs::create_dir(&set).unwrap();
    picture(&set.join("=1+1<script>.png"), true);
    picture(&set.join("b|c.png"), false);
    let table = "path,label,family\n=1+1<script>.png,loaded,<script>x</script>\nb|c.png,clean,<script>x</script>\n";
    fs::write(set.join("truth.csv"), table).unwrap();
    bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "out"]].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    assert!(read("bench.html").contains("&lt;script&gt;x") && !read("bench.html").contains("<script"));
    assert!(!read("bench.md").contains("<script"));
    assert!(read("scans.csv").contains("'=1+1<script>.png"), "{}", read("scans.csv"));
}

#[test]
fn wrong_arguments_are_named_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    set(folder.path());
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("needs_baseline.toml", "[parity]\nlargest = 0.1\n");
    write("needs_two.toml", "[speed]\nslower = 0.1\n");
    write("odd.toml", "[parity]\nlargest = 7\n");
    write("measure.toml", "rounds = 3\n");
    write("broken.toml", "rounds = = 3\n");
    write("other.json", "{\"schema_version\": 9}");
    write("no.json", "[]");
    let cases: [(&[&str], &str); 14] = [
        (&["--data", "nothing"], "--data nothing"),
        (&["--data", "set/0.png"], "neither a COCO .json file nor a .csv table"),
        (&["--data", "set", "--gate", "needs_baseline.toml"], "give --baseline or a second --model"),
        (&["--data", "set", "--gate", "needs_two.toml"], "needs a second --model"),
        (&["--data", "set", "--gate", "odd.toml"], "parity.largest is 7, expected 0 to 1"),
        (&["--data", "set", "--gate", "none.toml"], "--gate none.toml"),
        (&["--data", "set", "--measure", "measure.toml"], "rounds is 3, expected 100"),
        (&["--data", "set", "--measure", "broken.toml"], "line 1"),
        (&["--data", "set", "--measure", "none.toml"], "--measure none.toml"),
        (&["--data", "set", "--baseline", "none.json"], "--baseline none.json"),
        (&["--data", "set", "--baseline", "other.json"], "schema_version 9, this portray reads 1"),
        (&["--data", "set", "--baseline", "no.json"], "not a result of portray bench"),
        (&["--data", "set", "--threshold", "2"], "'--threshold <SCORE>': expected a number from 0 to 1"),
        (
            &["--data", "set", "--model", "m.onnx", "--threshold", "0.1", "--threshold", "0.2"],
            "--threshold is given 2 times",
        ),
    ];
    for (arguments, expected) in cases {
        let text = shown(folder.path(), &bench(folder.path(), arguments));
        assert!(text.starts_with("exit: 64") && text.contains(expected), "{arguments:?}\n{text}");
    }
    let nobody = portray(folder.path()).args(["bench", "--no-speed"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(64), "--data is missing");
    // A baseline of another set.
    bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "old"]].concat());
    picture(&folder.path().join("set/1.png"), false);
    let text = shown(
        folder.path(),
        &bench(folder.path(), &[FAST.as_slice(), &["2", "--baseline", "old/bench.json"]].concat()),
    );
    assert!(text.starts_with("exit: 64") && text.contains("scan 1.png has other bytes"), "{text}");
    // A result that cannot be kept is not begun.
    fs::write(folder.path().join("file"), b"").unwrap();
    let text = shown(folder.path(), &bench(folder.path(), &[FAST.as_slice(), &["2", "--out", "file"]].concat()));
    assert!(text.starts_with("exit: 70") && text.contains("choose another --out"), "{text}");
}
