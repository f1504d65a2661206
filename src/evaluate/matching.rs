//! Which region hits which load.

use super::patch::Patch;
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a region counts as a hit of a load. Both shares must be reached: a region over half of a container does not
/// find the load in it, and one that touches a load by a corner neither.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HitRule {
    /// The least share of the load's pixels that the region holds, over 0 to 1.
    pub of_load: f64,
    /// The least share of the region's pixels that lie on the load, over 0 to 1.
    pub of_region: f64,
}

impl Default for HitRule {
    /// A tenth of each: detection is asked for, not outlines. What outlines are worth, pixel figures tell.
    fn default() -> Self {
        Self { of_load: 0.1, of_region: 0.1 }
    }
}

impl HitRule {
    /// The rule, if it can be one.
    ///
    /// # Errors
    /// A parameter error for shares outside 0 (exclusive) to 1.
    pub fn check(self) -> Result<Self> {
        for (name, share) in [("of_load", self.of_load), ("of_region", self.of_region)] {
            if !(share > 0.0 && share <= 1.0) {
                return Err(Error::parameter(format!("hit.{name} is {share}, expected over 0 and at most 1")));
            }
        }
        Ok(self)
    }
}

/// What a region hits: numbers of the scan's loads, rising.
pub type RegionHits = Vec<usize>;

/// How a load was hit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadHit {
    /// The number of the highest scored region that hits it.
    pub region: usize,
    /// Intersection over union of the two.
    pub iou: f64,
    /// Whether the region's middle lies in the load's box.
    pub centred: bool,
}

/// Compares regions, highest score first, with loads.
///
/// Returns what each region hits and how each load is hit: by the first region in order that does.
pub fn matches(regions: &[Patch], loads: &[Patch], rule: HitRule) -> (Vec<RegionHits>, Vec<Option<LoadHit>>) {
    let mut of_loads = vec![None; loads.len()];
    let hits = regions.iter().enumerate().map(|(number, region)| {
        let mut hit = RegionHits::new();
        for (place, load) in loads.iter().enumerate() {
            let both = region.overlap(load);
            let reached = |share: f64, of: &Patch| both as f64 >= share * of.len() as f64;
            if both == 0 || !reached(rule.of_load, load) || !reached(rule.of_region, region) {
                continue;
            }
            hit.push(place);
            of_loads[place].get_or_insert_with(|| LoadHit {
                region: number,
                iou: both as f64 / (region.len() + load.len() - both) as f64,
                centred: region.centre().is_some_and(|centre| {
                    let bounds = load.bounds();
                    let within = |at: f32, from: u32, to: u32| at >= from as f32 && at <= to as f32;
                    within(centre.x, bounds.x, bounds.right()) && within(centre.y, bounds.y, bounds.bottom())
                }),
            });
        }
        hit
    });
    (hits.collect(), of_loads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::BoxPx;

    fn patch(x: u32, y: u32, width: u32, height: u32) -> Patch {
        Patch::from_box(BoxPx { x, y, width, height })
    }

    #[test]
    fn a_region_hits_what_it_covers_enough_of() {
        let loads = [patch(10, 10, 10, 10), patch(100, 10, 10, 10)];
        let regions = [patch(12, 12, 10, 10), patch(0, 0, 500, 500), patch(19, 19, 10, 10), patch(100, 10, 10, 10)];
        let (hits, of_loads) = matches(&regions, &loads, HitRule::default());
        // The second covers everything and so tells nothing; the third touches by a corner.
        assert_eq!(hits, [vec![0], vec![], vec![], vec![1]]);
        let first = of_loads[0].unwrap();
        assert_eq!((first.region, first.centred), (0, true));
        assert!((first.iou - 64.0 / 136.0).abs() < 1e-12, "{}", first.iou);
        assert_eq!(of_loads[1], Some(LoadHit { region: 3, iou: 1.0, centred: true }));
    }

    #[test]
    fn the_first_region_counts_and_its_middle_may_lie_outside() {
        let loads = [patch(0, 0, 10, 10)];
        let (hits, of_loads) = matches(&[patch(8, 0, 15, 10), patch(0, 0, 10, 10)], &loads, HitRule::default());
        assert_eq!(hits, [vec![0], vec![0]]);
        assert_eq!(of_loads[0].map(|hit| (hit.region, hit.centred)), Some((0, false)));
    }

    #[test]
    fn a_region_may_hit_two_loads() {
        let loads = [patch(0, 0, 10, 10), patch(10, 0, 10, 10)];
        assert_eq!(matches(&[patch(0, 0, 20, 10)], &loads, HitRule::default()).0, [vec![0, 1]]);
    }

    #[test]
    fn shares_out_of_range_are_refused() {
        assert!(HitRule::default().check().is_ok());
        for share in [0.0, -0.1, 1.1, f64::NAN] {
            let error = HitRule { of_load: share, ..HitRule::default() }.check().unwrap_err();
            assert!(error.to_string().starts_with("hit.of_load is"), "{error}");
            assert!(HitRule { of_region: share, ..HitRule::default() }.check().is_err());
        }
    }
}
