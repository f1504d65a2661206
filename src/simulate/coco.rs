//! A set's truth in the layout of COCO's object annotations (Lin et al., "Microsoft COCO: Common Objects in Context", 2014),
//! which training programs read.

use crate::scan::{Error, LoadClass, Result, Truth};
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
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Annotation {
    id: u64,
    image_id: u64,
    category_id: u64,
    /// One polygon: x and y by turns.
    segmentation: [Vec<f32>; 1],
    /// Left, top, width, height.
    bbox: [u32; 4],
    /// The mask's pixels, not the polygon's, which is the mask's convex hull.
    area: f32,
    iscrowd: u8,
    mass_kg: f32,
    visible: bool,
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
        self.images.push(Image { id: image_id, file_name: truth.scan.file.clone(), width, height });
        for load in &truth.loads {
            let class = self.categories.iter().find(|category| category.name == load.class.as_str());
            self.annotations.push(Annotation {
                id: self.annotations.len() as u64 + 1,
                image_id,
                category_id: class.map_or(0, |category| category.id),
                segmentation: [load.polygon.iter().flat_map(|point| [point.x, point.y]).collect()],
                bbox: [load.box_px.x, load.box_px.y, load.box_px.width, load.box_px.height],
                area: (load.area_mm2 / truth.pixel_mm.area()).round(),
                iscrowd: 0,
                mass_kg: load.mass_kg,
                visible: load.visible,
            });
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// A bug where a value cannot be written.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| Error::bug(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{BoxPx, Point};
    use crate::simulate::{presets, simulate};

    #[test]
    fn a_load_becomes_an_annotation_of_its_class() {
        let scenario = presets::scenario("in_empty").unwrap().unwrap();
        let mut file = presets::scanner("single_6").unwrap().unwrap().file().clone();
        file.pixel_mm = crate::scan::PixelSize { x: 20.0, y: 20.0 };
        let made = simulate(&scenario, &file.check().unwrap(), 1, 0).unwrap();
        let mut truth = made.truth;
        truth.scan.file = "a.tif".into();
        truth.loads[0].polygon = vec![Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 2.0 }, Point { x: 3.0, y: 5.0 }];
        truth.loads[0].box_px = BoxPx { x: 1, y: 2, width: 2, height: 3 };
        truth.loads[0].area_mm2 = 1600.0;
        let mut coco = Coco::default();
        let mut clean = truth.clone();
        clean.loads.clear();
        clean.scan.file = "clean.tif".into();
        coco.add(&clean, (7, 8));
        coco.add(&truth, (made.scan.width(), made.scan.height()));
        let json: serde_json::Value = serde_json::from_slice(&coco.to_json().unwrap()).unwrap();
        assert_eq!(json["images"][0], serde_json::json!({"id": 1, "file_name": "clean.tif", "width": 7, "height": 8}));
        assert_eq!(json["images"][1]["width"], made.scan.width());
        assert_eq!(json["annotations"].as_array().unwrap().len(), 1);
        let load = &json["annotations"][0];
        assert_eq!((&load["id"], &load["image_id"], &load["iscrowd"]), (&1.into(), &2.into(), &0.into()));
        assert_eq!(load["segmentation"], serde_json::json!([[1.0, 2.0, 3.0, 2.0, 3.0, 5.0]]));
        assert_eq!((&load["bbox"], &load["area"]), (&serde_json::json!([1, 2, 2, 3]), &4.0.into()));
        let class = json["categories"].as_array().unwrap().iter().find(|c| c["id"] == load["category_id"]).unwrap();
        assert_eq!(class["name"], "in_empty");
        assert_eq!(json["categories"].as_array().unwrap().len(), LoadClass::ALL.len());
    }
}
