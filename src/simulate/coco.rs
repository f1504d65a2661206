//! A set's truth in the layout of COCO's object annotations (Lin et al., "Microsoft COCO: Common Objects in Context", 2014),
//! which training programs read.

use crate::scan::{Error, LoadClass, Point, Result, Truth};
use serde::Serialize;

/// The file that a set's annotations are written to.
pub const COCO_FILE: &str = "coco.json";

/// A set's images and the loads in them. Numbers count from 1 in the order in which scans are added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coco {
    info: Info,
    images: Vec<Image>,
    annotations: Vec<Annotation>,
    categories: Vec<Category>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Info {
    description: &'static str,
    version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Image {
    id: u64,
    file_name: String,
    width: u32,
    height: u32,
    /// The container's number, which the views of one container share; nothing where it is not known.
    container: Option<String>,
    container_type: String,
    /// From 1.
    view: u32,
    scanner: Option<String>,
    cargo: String,
    vehicle: String,
    /// Nothing where no part of a data set was named.
    split: Option<String>,
    /// Nothing is hidden in it.
    clean: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Annotation {
    id: u64,
    image_id: u64,
    category_id: u64,
    /// One polygon a piece: x and y by turns.
    segmentation: Vec<Vec<f32>>,
    /// Left, top, width, height.
    bbox: [u32; 4],
    /// The mask's pixels.
    area: f32,
    iscrowd: u8,
    /// The rest is the truth's, under the truth's names.
    place: String,
    goods: String,
    packing: String,
    material: String,
    mass_kg: f32,
    contrast_to_noise: f32,
    contrast_to_clutter: f32,
    visible: bool,
    distinct: bool,
    mask: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Category {
    id: u64,
    name: &'static str,
    supercategory: &'static str,
}

impl Default for Coco {
    fn default() -> Self {
        let category =
            |(class, id): (&LoadClass, u64)| Category { id, name: class.as_str(), supercategory: "hidden_load" };
        Self {
            info: Info { description: "container scans with known contents", version: env!("CARGO_PKG_VERSION") },
            images: Vec::new(),
            annotations: Vec::new(),
            categories: LoadClass::ALL.iter().zip(1..).map(category).collect(),
        }
    }
}

impl Coco {
    /// Adds a scan of `width` x `height` pixels.
    pub fn add(&mut self, truth: &Truth, (width, height): (u32, u32)) {
        let image_id = self.images.len() as u64 + 1;
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        self.images.push(Image {
            id: image_id,
            file_name: truth.scan.file.clone(),
            width,
            height,
            container: known(&truth.container.number),
            container_type: truth.container.kind.clone(),
            view: truth.view,
            scanner: truth.scanner["name"].as_str().map(str::to_owned),
            cargo: truth.cargo.clone(),
            vehicle: truth.container.vehicle.clone(),
            split: truth.split.clone(),
            clean: truth.clean,
        });
        for load in &truth.loads {
            let class = self.categories.iter().find(|category| category.name == load.class.as_str());
            let polygon = |polygon: &Vec<Point>| polygon.iter().flat_map(|point| [point.x, point.y]).collect();
            self.annotations.push(Annotation {
                id: self.annotations.len() as u64 + 1,
                image_id,
                category_id: class.map_or(0, |category| category.id),
                segmentation: load.polygons.iter().map(polygon).collect(),
                bbox: [load.box_px.x, load.box_px.y, load.box_px.width, load.box_px.height],
                area: (load.area_mm2 / truth.pixel_mm.area()).round(),
                iscrowd: 0,
                place: load.place.clone(),
                goods: load.goods.clone(),
                packing: load.packing.clone(),
                material: load.material.clone(),
                mass_kg: load.mass_kg,
                contrast_to_noise: load.contrast_to_noise,
                contrast_to_clutter: load.contrast_to_clutter,
                visible: load.visible,
                distinct: load.distinct,
                mask: load.mask.clone(),
            });
        }
    }

    /// The file's bytes: JSON on one line, for outlines have thousands of numbers.
    ///
    /// # Errors
    /// A bug where a value cannot be written.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self).map_err(|error| Error::bug(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::BoxPx;
    use crate::simulate::{presets, simulate};

    #[test]
    fn a_load_becomes_an_annotation_of_its_class() {
        let scenario = presets::scenario("in_empty").unwrap().unwrap();
        let mut file = presets::scanner("single_6").unwrap().unwrap().file().clone();
        file.pixel_mm = crate::scan::PixelSize { x: 20.0, y: 20.0 };
        let made = simulate(&scenario, &file.check().unwrap(), 1, 0).unwrap();
        // What the outlines cover is what the mask holds, to a twentieth.
        let whole = made.truth.loads[0].polygons.iter().map(|polygon| {
            let next = polygon.iter().cycle().skip(1);
            polygon.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f32>() / 2.0
        });
        let (outlined, area) = (whole.sum::<f32>(), made.truth.loads[0].area_mm2 / 400.0);
        assert!((outlined / area - 1.0).abs() < 0.05, "{outlined} pixels outlined, {area} in the mask");
        let mut truth = made.truth;
        truth.scan.file = "a.tif".into();
        let triangle = |x: f32| [(x, 2.0), (x + 2.0, 2.0), (x + 2.0, 5.0)].map(|(x, y)| Point { x, y }).to_vec();
        truth.loads[0].polygons = vec![triangle(1.0), triangle(7.0)];
        truth.split = Some("val".into());
        truth.loads[0].box_px = BoxPx { x: 1, y: 2, width: 2, height: 3 };
        truth.loads[0].area_mm2 = 1600.0;
        let mut coco = Coco::default();
        let mut clean = truth.clone();
        clean.loads.clear();
        clean.clean = true;
        clean.scan.file = "clean.tif".into();
        coco.add(&clean, (7, 8));
        coco.add(&truth, (made.scan.width(), made.scan.height()));
        let json: serde_json::Value = serde_json::from_slice(&coco.to_json().unwrap()).unwrap();
        let expected = serde_json::json!({
            "id": 1, "file_name": "clean.tif", "width": 7, "height": 8, "container": truth.container.number,
            "container_type": truth.container.kind, "view": 1, "scanner": "single_6", "cargo": "empty", "vehicle": "none",
            "split": "val", "clean": true,
        });
        assert_eq!(json["images"][0], expected);
        assert_eq!(json["images"][1]["clean"], false);
        assert_eq!(json["images"][1]["width"], made.scan.width());
        assert_eq!(json["annotations"].as_array().unwrap().len(), 1);
        let load = &json["annotations"][0];
        assert_eq!((&load["id"], &load["image_id"], &load["iscrowd"]), (&1.into(), &2.into(), &0.into()));
        assert_eq!(
            load["segmentation"],
            serde_json::json!([[1.0, 2.0, 3.0, 2.0, 3.0, 5.0], [7.0, 2.0, 9.0, 2.0, 9.0, 5.0]])
        );
        for (key, value) in [("place", &truth.loads[0].place), ("goods", &truth.loads[0].goods)] {
            assert_eq!(load[key], *value);
        }
        assert_eq!((&load["bbox"], &load["area"]), (&serde_json::json!([1, 2, 2, 3]), &4.0.into()));
        let class = json["categories"].as_array().unwrap().iter().find(|c| c["id"] == load["category_id"]).unwrap();
        assert_eq!(class["name"], "in_empty");
        assert_eq!(json["categories"].as_array().unwrap().len(), LoadClass::ALL.len());
    }
}
