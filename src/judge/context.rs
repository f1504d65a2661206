//! Places of a scan in source pixels, millimetres and zones.

use super::attenuation::Beam;
use super::components::Component;
use super::concealment::Evidence;
use super::mass::{mass, material};
use super::region::{BoxMm, Region, UnseenArea, UnseenCause, area_mm2, boxes, rounded};
use super::unseen::Unseen;
use super::zone::Zone;
use crate::infer::{Inference, Outputs};
use crate::prepare::{Frame, Located, PixelState, Prepared};
use crate::scan::{Metadata, Point};
use std::borrow::Cow;

/// A scan with what judging its places needs.
pub(super) struct Context<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) high: Beam,
    low: Beam,
    view: View,
    evidence: Option<Evidence<'a>>,
}

/// From where a container is looked at, as far as zones depend on it.
#[derive(Clone, Copy, PartialEq)]
enum View {
    Side,
    Top,
    Other,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        prepared: &'a Prepared,
        inference: &'a Inference,
        outputs: &Outputs,
        metadata: &Metadata,
    ) -> Self {
        // In the planes' order, which the preparation keeps: of three energies the second plane has the lowest.
        let energies = &prepared.energies_mv;
        let high = Beam::of(energies.first().copied(), metadata.source);
        let low = match energies.get(1) {
            Some(&mv) => Beam::of(Some(mv), metadata.source),
            // Interlaced accelerators pair 6 with 4 MV and 9 with 6: two thirds.
            None => Beam { effective_mev: high.effective_mev * 2.0 / 3.0, known: false },
        };
        let view = match metadata.view.as_deref().map(str::to_lowercase).as_deref() {
            // Where nothing is said: nearly all fielded scanners look from the side.
            None | Some("side") => View::Side,
            Some("top") => View::Top,
            Some(_) => View::Other,
        };
        Self { prepared, high, low, view, evidence: Evidence::of(inference, outputs) }
    }

    pub(super) fn frame(&self) -> &Frame {
        &self.prepared.frame
    }

    /// A point of the prepared grid in source pixels, to a tenth of a pixel.
    fn corner(&self, point: Point) -> Point {
        let source = self.frame().to_source(point);
        Point { x: rounded(source.x, 0.1), y: rounded(source.y, 0.1) }
    }

    fn zone(&self, region: &BoxMm) -> Option<Zone> {
        let frame = self.frame();
        let length = frame.crop.width as f32 * frame.source_pixel.x;
        let height = frame.crop.height as f32 * frame.source_pixel.y;
        let known = frame.located == Located::Container && self.view != View::Other;
        known.then(|| Zone::of(region, length, height, self.view == View::Top, frame.doors_known))
    }

    pub(super) fn areas(&self, places: Vec<Unseen>) -> Vec<UnseenArea> {
        let area = |Unseen { place, shielded }| {
            let (box_px, box_mm) = boxes(self.frame(), place.bounds);
            let cause = if shielded { UnseenCause::Shielded } else { UnseenCause::Repaired };
            UnseenArea { cause, box_px, box_mm, area_mm2: area_mm2(self.frame(), &place), zone: self.zone(&box_mm) }
        };
        places.into_iter().map(area).collect()
    }

    /// A component of prepared pixels as a region; `cells` are the same in cells of the map, for components of one.
    pub(super) fn region(
        &self,
        component: &Component,
        cells: Option<&Component>,
        outlines: Vec<Vec<Point>>,
        score: f32,
        mean_score: f32,
        label: Option<String>,
    ) -> Region {
        let (box_px, box_mm) = boxes(self.frame(), component.bounds);
        let blocked = component
            .pixels
            .iter()
            .filter(|&&(row, column)| self.prepared.state[[row as usize, column as usize]] == PixelState::Shielded)
            .count();
        let evidence = self.evidence.as_ref().map(|evidence| {
            let cells = cells.map_or_else(|| Cow::Owned(evidence.cells(component.bounds)), Cow::Borrowed);
            (evidence, cells)
        });
        let told = evidence.as_ref().map(|(evidence, cells)| (*evidence, cells.as_ref()));
        Region {
            box_px,
            box_mm,
            polygons: outlines
                .into_iter()
                .map(|polygon| polygon.into_iter().map(|point| self.corner(point)).collect())
                .collect(),
            area_mm2: area_mm2(self.frame(), component),
            score,
            mean_score,
            p_value: None,
            zone: self.zone(&box_mm),
            concealment: told.and_then(|(evidence, cells)| evidence.concealment(cells)),
            mass: mass(self.prepared, component, self.high, told),
            material: material(self.prepared, component, self.high, self.low),
            shielded_share: blocked as f32 / component.pixels.len() as f32,
            label,
        }
    }
}
