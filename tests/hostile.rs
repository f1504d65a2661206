//! Broken and hostile files: never a panic, never more memory than a limit, always an error that says what is wrong.

use portray::scan::{Error, Fault, Scan};
use portray::source::{Hints, Limits, Sidecar, discover, open, read};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Counts what is allocated, so that a header's promise that is believed shows.
struct Counting;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see a single allocation's size")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// One test at a time: they share the count above.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// No decoder needs more than this at once for the small samples, whatever their damaged headers say: fixed
/// buffers of the decoders, and 64 Ki pixels of 16 bytes.
const MOST_BYTES: usize = 8 << 20;

const LIMITS: Limits = Limits { max_pixels: 1 << 16, max_bytes: 1 << 20, max_pages: 4 };

fn samples() -> Vec<(String, Vec<u8>)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<PathBuf> = [data.clone(), data.join("python")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|end| ["tif", "png", "jpg", "npy", "dcs"].iter().any(|e| end == *e))
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

/// Reads and checks that a scan is whole, that an error is worded, and that memory was kept.
fn check(name: &str, bytes: &[u8]) -> Result<Scan, Error> {
    LARGEST.store(0, Ordering::Relaxed);
    let result = read(bytes, &Hints::default(), &LIMITS);
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest <= MOST_BYTES, "{name}: {largest} bytes at once; {:?}", result.err());
    match &result {
        Ok(scan) => {
            let size = scan.planes[0].samples.dim();
            assert!(size.0 * size.1 <= 1 << 16 && scan.planes.len() <= 4, "{name}");
            assert!(scan.planes.iter().all(|plane| plane.samples.dim() == size), "{name}");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < 2000, "{name}: {text}");
            assert_ne!(error.fault, Fault::Bug, "{name}: {text}");
        }
    }
    result
}

#[test]
fn truncated_files_are_errors_at_every_offset() {
    let _alone = alone();
    let mut cases = 0;
    for (name, bytes) in samples() {
        if name.starts_with("tdr-") {
            continue;
        }
        let whole = check(&name, &bytes).unwrap();
        // Every offset in the header, then every 7th, and the very last ones.
        let cuts = (0..bytes.len()).filter(|cut| *cut < 200 || cut % 37 == 0 || bytes.len() - cut < 16);
        for cut in cuts {
            cases += 1;
            if let Ok(scan) = check(&format!("{name} cut at {cut}"), &bytes[..cut]) {
                // Only what stands after the last sample may be missing: padding, or tags at the file's end.
                assert_eq!(scan.planes, whole.planes, "{name} cut at {cut} gives other pixels");
            }
        }
    }
    assert!(cases > 30_000, "{cases} cases");
}

/// Rounds of damage per sample: 150, or what `PORTRAY_HOSTILE_ROUNDS` says for a longer search.
fn rounds() -> usize {
    std::env::var("PORTRAY_HOSTILE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

#[test]
fn flipped_bytes_never_panic_or_take_memory() {
    let _alone = alone();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut cases = 0;
    for (name, bytes) in samples() {
        for round in 0..rounds() {
            let mut damaged = bytes.clone();
            for _ in 0..random.random_range(1..6) {
                // Most damage goes to the header, where it does most harm; TIFF directories may stand at the end.
                let at = match random.random_range(0..4) {
                    0 | 1 => random.random_range(0..bytes.len().min(400)),
                    2 => bytes.len() - 1 - random.random_range(0..bytes.len().min(400)),
                    _ => random.random_range(0..bytes.len()),
                };
                damaged[at] = match random.random_range(0..4) {
                    0 => 0xff,
                    1 => 0,
                    _ => random.random(),
                };
            }
            let _ = check(&format!("{name} round {round}"), &damaged);
            cases += 1;
        }
    }
    assert!(cases > 25_000, "{cases} cases");
}

#[test]
fn spliced_files_and_noise_behind_a_magic_never_panic() {
    let _alone = alone();
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let files = samples();
    for _ in 0..20 * rounds() {
        let (name, first) = &files[random.random_range(0..files.len())];
        let (_, second) = &files[random.random_range(0..files.len())];
        let (cut, from) = (random.random_range(0..first.len()), random.random_range(0..second.len()));
        let _ = check(name, &[&first[..cut], &second[from..]].concat());
        let mut noise = first[..first.len().min(16)].to_vec();
        noise.resize(random.random_range(16..600), 0);
        random.fill_bytes(&mut noise[12..]);
        let _ = check(name, &noise);
    }
}

/// A little-endian TIFF of one page, with these LONG tags.
fn tiff(tags: &[(u16, u32)]) -> Vec<u8> {
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([4, 0, 1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 40]);
    bytes
}

#[test]
fn huge_headers_are_refused_before_any_memory() {
    let _alone = alone();
    let page = |width, height, compression| {
        tiff(&[
            (256, width),
            (257, height),
            (258, 16),
            (259, compression),
            (262, 1),
            (273, 8),
            (278, height),
            (279, 40),
        ])
    };
    let npy = |shape: &str| {
        let header = format!("{{'descr': '<u2', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\0".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat()
    };
    // Where the file is too short for what its header says, it is damaged: to raise a limit would not help.
    let cases = [
        ("tiff", page(40_960, 9000, 1), Fault::Format),
        ("tiff sides", page(u32::MAX, u32::MAX, 5), Fault::Format),
        ("tiff within the limit but empty", page(256, 256, 1), Fault::Format),
        ("tiff lzw within the limit but empty", page(256, 256, 5), Fault::Format),
        ("tiff deflate within the limit but empty", page(256, 256, 8), Fault::Format),
        ("npy", npy("(40960, 9000)"), Fault::Format),
        ("npy planes", npy("(9000, 2, 2)"), Fault::Limit),
        ("npy product", npy("(4294967296, 4294967296)"), Fault::Format),
        ("npy within the limit but empty", npy("(256, 256)"), Fault::Format),
        ("jpeg", b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xd9".to_vec(), Fault::Format),
        (
            "png",
            // A checksum that is right, or the decoder would refuse the header for it.
            [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), b"\0\0\xa0\0\0\0\x23\x28\x10\0\0\0\0\xaa\xa7\xe1\x9f"]
                .concat(),
            Fault::Format,
        ),
    ];
    for (name, bytes, fault) in cases {
        let error = check(name, &bytes).unwrap_err();
        assert!(error.fault == fault, "{name}: {error}");
        if error.fault == Fault::Limit {
            assert!(error.help.as_deref().is_some_and(|help| help.contains("--max-")), "{name}: {error}");
        }
    }
}

#[test]
fn a_page_that_unpacks_to_far_more_than_the_limit_is_refused() {
    let _alone = alone();
    // 4096 x 4096 zeros in Deflate: 33 MB in 33 kB.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4096, 4096);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    encoder.write_header().unwrap().write_image_data(&vec![0; 4096 * 4096 * 2]).unwrap();
    assert!(bytes.len() < 1 << 20);
    let error = check("bomb", &bytes).unwrap_err();
    assert_eq!(error.to_string(), "image is 4096x4096, limit is 65536 pixels; raise --max-pixels");
}

#[test]
fn texts_that_unpack_to_gigabytes_are_not_unpacked() {
    let _alone = alone();
    // 16 MB of spaces in a few kB, under a keyword that portray reads and under another, in both kinds of chunk.
    let spaces = " ".repeat(16 << 20);
    let mut long = png::text_metadata::ZTXtChunk::new("portray", spaces.as_str());
    long.compress_text().unwrap();
    let mut other = png::text_metadata::ZTXtChunk::new("Software", spaces.as_str());
    other.compress_text().unwrap();
    let mut international = png::text_metadata::ITXtChunk::new("Comment", spaces);
    international.compressed = true;
    international.compress_text().unwrap();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.add_ztxt_chunk("Source".into(), "gate 2".into()).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for _ in 0..2 {
        writer.write_text_chunk(&long).unwrap();
        writer.write_text_chunk(&other).unwrap();
        writer.write_text_chunk(&international).unwrap();
    }
    writer.write_image_data(&[7]).unwrap();
    writer.finish().unwrap();
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    let scan = check("text bomb", &bytes).unwrap();
    assert_eq!(scan.metadata.scanner.as_deref(), Some("gate 2"), "a text of a sane length is still read");
    let told = scan.warnings.iter().filter(|warning| warning.code == "tag_unreadable").count();
    assert_eq!(told, 4, "{:?}", scan.warnings);
}

#[test]
fn damaged_sidecars_never_panic() {
    let _alone = alone();
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let json =
        br#"{"container": "CSQU3054383", "pixel_mm": [4.5, 5], "energies_mv": [6, 4], "time": "2026-11-02T10:15:00Z",
        "doors": "left", "raw": {"width": 4, "height": 3, "type": "u16", "byte_order": "big", "planes": 2}}"#;
    let toml = b"container = 'CSQU3054383'\npixel_mm = 4.5\ntime = 2026-11-02T10:15:00Z\n[raw]\nwidth = 4\nheight = 3\ntype = 'f32'\n";
    let mut read_well = 0;
    for (name, text) in [("a.json", json.as_slice()), ("a.toml", toml.as_slice())] {
        for _ in 0..4000 {
            let mut damaged = text.to_vec();
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(0..damaged.len());
                damaged[at] = random.random_range(32..127);
            }
            if let Ok(sidecar) = Sidecar::parse(name, &damaged) {
                read_well += 1;
                let hints = Hints { file_name: None, sidecar: Some(sidecar) };
                let _ = read(&[7; 64], &hints, &LIMITS);
            }
        }
    }
    assert!(read_well > 100, "the damage is too heavy to reach the readers: {read_well}");
}

#[test]
fn good_files_are_read_and_bad_ones_named_in_one_folder() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let files = samples();
    let file = |name: &str| files.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.clone()).unwrap();
    write("good.tif", &file("tiff-u16-strips-lzw-le.tif"));
    write("good.png", &file("pillow-u16.png"));
    write("truncated.tif", &file("tiff-u16-strips-lzw-le.tif")[..500]);
    write("empty.png", b"");
    write("wrong.tif", b"this is no TIFF file");
    write(
        "huge.tif",
        &tiff(&[(256, 40_960), (257, 9000), (258, 16), (259, 1), (262, 1), (273, 8), (278, 9000), (279, 40)]),
    );
    write("report.txt", b"notes");
    let found = discover(&[folder.path().display().to_string()], None, None);
    assert_eq!((found.entries.len(), found.ignored.len(), found.problems.len()), (6, 1, 0));
    let results: Vec<(String, Result<Scan, Error>)> =
        found.entries.iter().map(|entry| (entry.name.clone(), open(entry, &Limits::default()))).collect();
    let told: Vec<String> = results
        .iter()
        .map(|(name, result)| match result {
            Ok(scan) => format!("{name}: {}x{}", scan.width(), scan.height()),
            Err(error) => format!("{name}: {:?}: {error}", error.fault),
        })
        .collect();
    assert_eq!(told[0], "empty.png: Format: the file is empty");
    assert_eq!(told[1], "good.png: 37x23");
    assert_eq!(told[2], "good.tif: 37x23");
    let huge = "huge.tif: Format: page 1: the header promises 737280000 bytes of pixels, but 146 stored bytes";
    assert!(
        told[3].starts_with(huge) && told[3].ends_with("the file is truncated or its header is damaged"),
        "{}",
        told[3]
    );
    assert!(told[4].starts_with("truncated.tif: Format: "), "{}", told[4]);
    assert!(told[5].starts_with("wrong.tif: Unsupported: this is a text file, expected PNG"), "{}", told[5]);
}
