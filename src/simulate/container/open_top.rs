//! Open-top boxes: a dry box whose roof is a tarpaulin on removable bows.

use super::super::draw::Draw;
use super::super::scene::{Hold, Scene};
use super::super::solid::Solid;
use super::{Outside, along_z, cavity, dry};

/// Builds the box. Its top rails are heavier than a dry box's, for no roof holds them apart.
pub(super) fn build(scene: &mut Scene, of: Outside, draw: &mut Draw) -> Hold {
    let hold = dry::below_roof(scene, of, 100.0, 7.0, draw);
    let top = of.height - 8.0;
    let bows = 20;
    let step = (of.length - 320.0) / f64::from(bows);
    let wide = of.half - 104.0;
    for bow in 1..bows {
        // A tube that the driver has put in a little off its place, sagging in the middle.
        let x = 160.0 + f64::from(bow) * step + draw.range(-25.0, 25.0);
        let y = top - 24.0 - draw.range(0.0, 18.0);
        scene.add(along_z(x, y, [-wide, wide], 17.0, "steel").bored(14.5));
        if bow % 2 == 0 {
            let bay = [x - step + 40.0, x + step - 40.0];
            cavity(scene, "roof", bay, [of.height - 170.0, top - 60.0], [-wide, wide]);
        }
    }
    // PVC-coated cloth of about 0.9 kg/m2: over the bows, and down over the rails outside.
    let sheets = 12;
    for sheet in 0..sheets {
        let at = |n: i32| 20.0 + f64::from(n) / f64::from(sheets) * (of.length - 40.0);
        let sag = draw.range(0.0, 4.0);
        let x = [at(sheet), at(sheet + 1)];
        scene.add(Solid::cuboid(x, [top + 3.0 - sag, top + 4.0 - sag], [-of.half, of.half], "plastic"));
        for z in Outside::both([of.half + 1.0, of.half + 2.0]) {
            let hang = draw.range(220.0, 300.0);
            scene.block(x, [top - hang, top - 2.0], z, "plastic");
        }
    }
    // The cable that seals the cloth, through rings.
    for z in Outside::both([of.half + 3.0, of.half + 9.0]) {
        scene.block([60.0, of.length - 60.0], [top - 200.0, top - 194.0], z, "steel");
    }
    Hold { y: [hold.y[0], of.height - 130.0], ..hold }
}
