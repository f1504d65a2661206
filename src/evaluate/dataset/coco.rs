//! COCO annotations: Lin et al., "Microsoft COCO: Common Objects in Context", 2014.

use super::{Case, Dataset, Layout, Load, Place, looks_like_scan, name_below, place, runs, text};
use crate::evaluate::patch::Runs;
use crate::scan::{BoxPx, Error, Point, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The parts that are read; tools add their own, which are passed over.
#[derive(Debug, Deserialize)]
struct File {
    images: Vec<Image>,
    /// May be empty, and must be there: without it every image would pass for clean.
    annotations: Vec<Annotation>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Debug, Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    /// Not COCO's own: what tells scans of one container, and what figures are grouped by.
    container: Option<String>,
    scanner: Option<String>,
    #[serde(alias = "cargo")]
    family: Option<String>,
    /// Not COCO's own: whether nothing is hidden in it.
    clean: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    id: u64,
    image_id: u64,
    category_id: u64,
    #[serde(default)]
    segmentation: Option<Segmentation>,
    #[serde(default)]
    bbox: Option<[f64; 4]>,
    /// Not COCO's own.
    mass_kg: Option<f64>,
    visible: Option<bool>,
    /// 1 for a place of many things that are not outlined one by one: it tells that something is there, not where.
    #[serde(default)]
    iscrowd: u8,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Segmentation {
    /// x and y by turns.
    Polygons(Vec<Vec<f32>>),
    Runs {
        /// Rows, columns.
        size: (u32, u32),
        counts: Counts,
    },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Counts {
    Plain(Vec<u32>),
    Packed(String),
}

#[derive(Debug, Deserialize)]
struct Category {
    id: u64,
    name: String,
}

/// Whether a `.json` file looks like COCO: it begins as an object and names `images`.
pub(super) fn is_coco(path: &Path) -> bool {
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return false;
    }
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut start));
    let start = String::from_utf8_lossy(&start);
    read.is_ok()
        && start.trim_start().starts_with('{')
        && ["\"images\"", "\"annotations\"", "\"categories\""].iter().any(|key| start.contains(key))
}

/// Reads `path`; images lie beside it or, where it lies in `annotations/`, beside that.
pub(super) fn open(path: &Path) -> Result<Dataset> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let above = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == "annotations"));
    open_in(above.unwrap_or(folder), path)
}

/// Reads `path` with the images below `folder`, in it or in `images/`.
pub(super) fn open_in(folder: &Path, path: &Path) -> Result<Dataset> {
    let name = path.display().to_string();
    let file: File = serde_json::from_str(&text(path)?)
        .map_err(|error| Error::format(format!("not a COCO file: {error}")).at(name.clone()))?;
    let classes: BTreeMap<u64, &str> = file.categories.iter().map(|c| (c.id, c.name.as_str())).collect();
    let mut loads: BTreeMap<u64, Vec<Load>> = BTreeMap::new();
    let mut images = BTreeSet::new();
    if let Some(twice) = file.images.iter().find(|image| !images.insert(image.id)) {
        let message = format!("two images have the id {}", twice.id);
        return Err(Error::format(message).at(format!("{name}: image {}", twice.file_name)));
    }
    for annotation in &file.annotations {
        let at = |error: Error| place(error, &format!("{name}: annotation {}", annotation.id));
        if !images.contains(&annotation.image_id) {
            return Err(at(Error::format(format!("no image has the id {}", annotation.image_id))));
        }
        let class = classes
            .get(&annotation.category_id)
            .ok_or_else(|| at(Error::format(format!("no category has the id {}", annotation.category_id))))?;
        loads.entry(annotation.image_id).or_default().push(Load {
            class: Some((*class).to_owned()),
            mass_kg: annotation.mass_kg,
            visible: annotation.visible,
            place: if annotation.iscrowd == 1 { Place::Unknown } else { annotation.place().map_err(at)? },
        });
    }
    for image in &file.images {
        let told = image.clean.is_none_or(|clean| clean != loads.contains_key(&image.id));
        if !told {
            let found = if loads.contains_key(&image.id) { "it has annotations" } else { "it has no annotation" };
            return Err(Error::format(format!("the image says clean = {}, and {found}", image.clean == Some(true)))
                .at(format!("{name}: image {}", image.file_name)));
        }
    }
    let cases: Vec<Case> = file
        .images
        .into_iter()
        .map(|image| {
            let beside = folder.join(&image.file_name);
            let path = if beside.is_file() { beside } else { folder.join("images").join(&image.file_name) };
            let loads = loads.remove(&image.id).unwrap_or_default();
            Case {
                path,
                name: super::plain(&image.file_name),
                sha256: None,
                loaded: !loads.is_empty(),
                container: image.container,
                scanner: image.scanner,
                family: image.family,
                loads,
            }
        })
        .collect();
    let told: BTreeSet<&PathBuf> = cases.iter().map(|case| &case.path).collect();
    let beside = super::files(folder)?;
    let masks = |file: &PathBuf| name_below(folder, file).ends_with(".mask.png");
    let untold = beside.into_iter().filter(|file| looks_like_scan(file) && !told.contains(file) && !masks(file));
    let untold = untold.collect();
    Ok(Dataset { layout: Layout::Coco, cases, untold })
}

impl Annotation {
    fn place(&self) -> Result<Place> {
        match &self.segmentation {
            Some(Segmentation::Polygons(polygons)) if !polygons.is_empty() => {
                let points = |flat: &Vec<f32>| {
                    if flat.len() < 6 || flat.len() % 2 == 1 {
                        return Err(Error::format(format!(
                            "a polygon of {} numbers, expected x and y of three points or more",
                            flat.len()
                        )));
                    }
                    Ok(flat.chunks_exact(2).map(|pair| Point { x: pair[0], y: pair[1] }).collect())
                };
                Ok(Place::Polygons(polygons.iter().map(points).collect::<Result<_>>()?))
            }
            Some(Segmentation::Runs { size, counts }) => {
                let counts = match counts {
                    Counts::Plain(counts) => counts.clone(),
                    Counts::Packed(text) => runs::unpack(text)?,
                };
                Ok(Place::Runs(Runs { size: *size, counts }))
            }
            _ => match self.bbox {
                Some([x, y, width, height]) if width > 0.0 && height > 0.0 && x.is_finite() && y.is_finite() => {
                    let (left, top) = (x.max(0.0).floor(), y.max(0.0).floor());
                    let side = |from: f64, to: f64| (to.ceil() - from).max(0.0) as u32;
                    let (right, bottom) = (side(left, x + width), side(top, y + height));
                    Ok(Place::Box(BoxPx { x: left as u32, y: top as u32, width: right, height: bottom }))
                }
                Some(bbox) => Err(Error::format(format!("bbox {bbox:?} is no box (left, top, width, height)"))),
                None => Ok(Place::Unknown),
            },
        }
    }
}
