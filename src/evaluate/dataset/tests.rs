//! Each layout from files, and what is wrong with them.

use super::*;
use ndarray::Array2;

struct Set(tempfile::TempDir);

impl Set {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A grey picture of 6 x 10 pixels, white in the box.
    fn picture(&self, name: &str, white: BoxPx) {
        let path = self.file(name, "");
        let picture = image::GrayImage::from_fn(10, 6, |x, y| {
            let inside = x >= white.x && x < white.right() && y >= white.y && y < white.bottom();
            image::Luma([if inside { 255 } else { 0 }])
        });
        picture.save(path).unwrap();
    }

    fn fault(&self) -> String {
        Dataset::open(self.path()).unwrap_err().to_string()
    }
}

const WHITE: BoxPx = BoxPx { x: 2, y: 1, width: 3, height: 2 };

fn patch(load: &Load) -> Patch {
    load.patch((6, 10), &Limits::default()).unwrap().unwrap()
}

fn names(set: &Dataset) -> Vec<(&str, bool)> {
    set.cases.iter().map(|case| (case.name.as_str(), case.loaded)).collect()
}

#[test]
fn simulated_sets_are_read_with_all_they_tell() {
    let set = Dataset::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")).unwrap();
    assert_eq!((set.layout, set.cases.len(), set.clean()), (Layout::Simulated, 10, 5 - 1));
    let coffee = set.cases.iter().find(|case| case.name == "coffee-rip-off.tif").unwrap();
    assert_eq!((coffee.family.as_deref(), coffee.loaded), (Some("coffee"), true));
    assert_eq!(coffee.scanner.as_deref(), Some("dual_6_4"));
    assert_eq!(coffee.container.as_deref(), Some("PTYU4337786"));
    let load = &coffee.loads[0];
    assert_eq!((load.class.as_deref(), load.visible), (Some("rip_off"), Some(true)));
    let scan = crate::source::open(&Entry { path: coffee.path.clone(), name: coffee.name.clone() }, &Limits::default())
        .unwrap();
    let pixels = load.patch((scan.height(), scan.width()), &Limits::default()).unwrap().unwrap();
    assert!(pixels.len() > 1000);
    assert!(set.untold.is_empty(), "{:?}", set.untold);
    let error = load.patch((6, 10), &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("its scan 10x6"), "{error}");
}

#[test]
fn simulated_sets_name_what_is_wrong() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let truth = std::fs::read_to_string(samples.join("empty-clean.truth.json")).unwrap();
    let set = Set::new();
    set.file("a.truth.json", &truth);
    assert!(set.fault().contains("empty-clean.tif that the truth names is not there"), "{}", set.fault());
    set.file("a.truth.json", &truth.replace("\"clean\": true", "\"clean\": false"));
    assert!(set.fault().contains("contradict"), "{}", set.fault());
    set.file("a.truth.json", &truth.replace("\"file\": \"empty-clean.tif\"", "\"file\": \"../empty-clean.tif\""));
    assert!(set.fault().contains("not the name of a file beside it"), "{}", set.fault());
    set.file("a.truth.json", &truth.replacen("\"schema_version\": 1", "\"schema_version\": 9", 1));
    assert!(set.fault().contains("schema_version 9"), "{}", set.fault());
    set.file("a.truth.json", "{}");
    assert!(set.fault().contains("a.truth.json: not a truth file: missing field"), "{}", set.fault());
    std::fs::remove_file(set.path().join("a.truth.json")).unwrap();
    set.file("a.truth.json", &truth);
    set.file("b.truth.json", &truth);
    set.file("empty-clean.tif", "");
    set.file("other.tif", "");
    assert!(set.fault().contains("empty-clean.tif is told of twice"), "{}", set.fault());
    std::fs::remove_file(set.path().join("b.truth.json")).unwrap();
    assert_eq!(Dataset::open(set.path()).unwrap().untold, [set.path().join("other.tif")]);
}

#[test]
fn coco_gives_polygons_runs_and_boxes() {
    let set = Set::new();
    for name in ["a.png", "b.png", "c.png", "d.png"] {
        set.picture(&format!("images/{name}"), WHITE);
    }
    let path = set.file(
        "annotations/test.json",
        r#"{"images": [{"id": 1, "file_name": "a.png", "container": "C1"}, {"id": 2, "file_name": "b.png"},
            {"id": 3, "file_name": "c.png", "scanner": "S", "cargo": "tyres"}, {"id": 4, "file_name": "d.png"}],
          "annotations": [
            {"id": 1, "image_id": 1, "category_id": 7, "segmentation": [[2,1,5,1,5,3,2,3]], "mass_kg": 12.5},
            {"id": 2, "image_id": 2, "category_id": 7, "segmentation": {"size": [6, 10], "counts": [13,2,4,2,4,2,33]}},
            {"id": 3, "image_id": 2, "category_id": 8, "segmentation": {"size": [6, 10], "counts": "=24000m0"}},
            {"id": 4, "image_id": 3, "category_id": 7, "segmentation": [], "bbox": [1.6, 1.0, 3.4, 2.0]}],
          "categories": [{"id": 7, "name": "bag"}, {"id": 8, "name": "tin"}]}"#,
    );
    for set in [Dataset::open(set.path()).unwrap(), Dataset::open(&path).unwrap()] {
        assert_eq!(set.layout, Layout::Coco);
        assert_eq!(names(&set), [("a.png", true), ("b.png", true), ("c.png", true), ("d.png", false)]);
        let [a, b, c, _] = set.cases.as_slice() else { panic!() };
        assert_eq!((a.container.as_deref(), a.loads[0].mass_kg), (Some("C1"), Some(12.5)));
        assert_eq!((c.scanner.as_deref(), c.family.as_deref()), (Some("S"), Some("tyres")));
        assert_eq!((patch(&a.loads[0]).bounds(), patch(&a.loads[0]).len()), (WHITE, 6));
        assert_eq!(patch(&b.loads[0]).bounds(), WHITE);
        assert_eq!(b.loads[1].class.as_deref(), Some("tin"));
        assert_eq!(patch(&b.loads[1]).bounds(), WHITE);
        assert_eq!(patch(&c.loads[0]).bounds(), BoxPx { x: 1, y: 1, width: 4, height: 2 });
    }
}

#[test]
fn coco_faults_name_the_annotation() {
    let set = Set::new();
    set.picture("a.png", WHITE);
    let with = |annotation: &str| {
        set.file(
            "coco.json",
            &format!(
                r#"{{"images": [{{"id": 1, "file_name": "a.png"}}], "annotations": [{annotation}],
                "categories": [{{"id": 7, "name": "bag"}}]}}"#
            ),
        );
        set.fault()
    };
    for (annotation, expected) in [
        (r#"{"id": 5, "image_id": 2, "category_id": 7}"#, "annotation 5: no image has the id 2"),
        (r#"{"id": 5, "image_id": 1, "category_id": 9}"#, "annotation 5: no category has the id 9"),
        (r#"{"id": 5, "image_id": 1, "category_id": 7, "segmentation": [[1,2,3]]}"#, "a polygon of 3 numbers"),
        (r#"{"id": 5, "image_id": 1, "category_id": 7, "bbox": [1,1,0,5]}"#, "is no box"),
        (
            r#"{"id": 5, "image_id": 1, "category_id": 7, "segmentation": {"size": [6, 10], "counts": "P"}}"#,
            "no compressed",
        ),
        (r#"{"id": 5}"#, "not a COCO file: missing field"),
    ] {
        let fault = with(annotation);
        assert!(fault.contains(expected), "{fault}");
    }
    set.file("second.json", r#"{"images": []}"#);
    assert!(set.fault().contains("holds several truths"), "{}", set.fault());
}

#[test]
fn coco_that_contradicts_itself_is_refused() {
    let set = Set::new();
    set.picture("a.png", WHITE);
    set.picture("b.png", WHITE);
    let with = |images: &str, rest: &str| {
        set.file("coco.json", &format!(r#"{{"images": [{images}] {rest}}}"#));
        set.fault()
    };
    let one = r#"{"id": 1, "file_name": "a.png"}"#;
    // Without annotations every image would pass for clean.
    assert!(with(one, "").contains("missing field `annotations`"), "{}", with(one, ""));
    let none = r#", "annotations": []"#;
    let twice = with(&format!(r#"{one}, {{"id": 1, "file_name": "b.png"}}"#), none);
    assert!(twice.contains("image b.png") && twice.contains("two images have the id 1"), "{twice}");
    let loaded = with(r#"{"id": 1, "file_name": "a.png", "clean": false}"#, none);
    assert!(loaded.contains("the image says clean = false, and it has no annotation"), "{loaded}");
    // Many things in one outline: something is there, and not where.
    let crowd = r#", "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "iscrowd": 1, "bbox": [0, 0, 9, 9]}],
        "categories": [{"id": 7, "name": "bag"}]"#;
    set.file("coco.json", &format!(r#"{{"images": [{one}] {crowd}}}"#));
    let found = Dataset::open(set.path()).unwrap();
    assert_eq!((found.cases[0].loaded, &found.cases[0].loads[0].place), (true, &Place::Unknown));
}

#[test]
fn mvtec_folders_give_classes_and_masks() {
    let set = Set::new();
    for name in ["train/good/0.png", "test/good/0.png", "test/bag/0.png", "test/tin/1.png"] {
        set.picture(name, WHITE);
    }
    let labels = Dataset::open(set.path()).unwrap();
    let expected = [("test/bag/0.png", true), ("test/good/0.png", false), ("test/tin/1.png", true)];
    assert_eq!((labels.layout, names(&labels)), (Layout::Mvtec, expected.to_vec()));
    assert_eq!(labels.cases[0].loads[0].place, Place::Unknown);
    set.picture("ground_truth/bag/0_mask.png", WHITE);
    assert!(set.fault().contains("1.png has no mask"), "{}", set.fault());
    set.picture("ground_truth/tin/1.png", WHITE);
    let masks = Dataset::open(set.path()).unwrap();
    let tin = &masks.cases[2].loads[0];
    assert_eq!((tin.class.as_deref(), patch(tin).bounds()), (Some("tin"), WHITE));
    // What is no scan by its ending is named, not lost.
    set.file("test/good/odd.img", "?");
    assert_eq!(Dataset::open(set.path()).unwrap().untold.len(), 1);
    set.picture("test/stray.png", WHITE);
    assert!(set.fault().contains("stray.png lies in no folder of test/"), "{}", set.fault());
}

#[test]
fn tables_give_labels() {
    let set = Set::new();
    for name in ["a.png", "day/b.png", "c.png"] {
        set.picture(name, WHITE);
    }
    let rows = "label, path, mass_kg, class, container\nclean, a.png, , , C1\nloaded, day/b.png, 12.5, rip_off, C2\n";
    let path = set.file("labels.csv", rows);
    for found in [Dataset::open(set.path()).unwrap(), Dataset::open(&path).unwrap()] {
        assert_eq!((found.layout, names(&found)), (Layout::Table, vec![("a.png", false), ("day/b.png", true)]));
        assert_eq!(found.cases[1].loads[0].mass_kg, Some(12.5));
        assert_eq!(found.cases[0].container.as_deref(), Some("C1"));
        assert_eq!(found.untold, [set.path().join("c.png")]);
    }
    for (rows, expected) in [
        ("path,label\na.png,maybe\n", "labels.csv: line 2: label is `maybe`"),
        ("path,label,class\na.png,clean,bag\n", "line 2: a clean scan has no class"),
        ("path,label,mass_kg\na.png,loaded,heavy\n", "line 2: column 3: invalid float literal"),
        ("path;label\na.png;loaded\n", "line 1: there is no column path: columns are parted by commas"),
        ("path,class\na.png,loaded\n", "line 1: there is no column label"),
        ("path,label\na.png,loaded,bag\n", "line 2: the line has 3 columns, the first line 2"),
        ("path,label,mass_kg\na.png,loaded,-1\n", "mass_kg is no mass"),
        ("path,label,odd\na.png,loaded,1\n", "unknown field `odd`"),
        ("path\na.png\n", "line 1: there is no column label"),
        ("path,label\n", "holds no scan with truth"),
        ("path,label\nnone.png,clean\n", "none.png that the truth names is not there"),
    ] {
        set.file("labels.csv", rows);
        let fault = set.fault();
        assert!(fault.contains(expected), "{rows}: {fault}");
    }
}

#[test]
fn what_holds_no_truth_says_what_would() {
    let set = Set::new();
    set.picture("a.png", WHITE);
    assert!(set.fault().contains("no truth was found"), "{}", set.fault());
    let other = Dataset::open(&set.path().join("a.png")).unwrap_err().to_string();
    assert!(other.contains("neither a COCO .json file nor a .csv table"), "{other}");
    assert!(Dataset::open(&set.path().join("none")).is_err());
}

#[test]
fn masks_and_boxes_hold_pixels_or_are_faults() {
    let set = Set::new();
    set.picture("black.png", BoxPx { x: 0, y: 0, width: 0, height: 0 });
    let load = |place: Place| Load { place, ..Load::default() }.patch((6, 10), &Limits::default());
    let fault = |place: Place| load(place).unwrap_err().to_string();
    assert!(fault(Place::mask(set.path().join("black.png"))).contains("holds no pixel"));
    assert!(fault(Place::mask(set.path().join("none.png"))).contains("none.png"));
    assert!(fault(Place::Box(BoxPx { x: 50, y: 0, width: 5, height: 5 })).contains("holds no pixel"));
    assert!(fault(Place::Runs(Runs { size: (3, 3), counts: vec![9] })).contains("3x3, its scan 10x6"));
    assert_eq!(load(Place::Unknown).unwrap(), None);
    let whole = load(Place::Box(BoxPx { x: 8, y: 4, width: 50, height: 50 })).unwrap().unwrap();
    assert_eq!(whole, Patch::from_image(&Array2::from_shape_fn((6, 10), |(row, column)| row >= 4 && column >= 8)));
}

#[test]
fn words_are_counted() {
    let set = Dataset::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")).unwrap();
    let families = counts(&set.cases, |case| case.family.as_deref());
    assert_eq!(families.get("bananas"), Some(&3));
    assert_eq!(families.values().sum::<usize>(), 10);
}
