//! Rifles and pistols of steel parts, and the cases that they come in.

use super::goods::Packing;
use super::pieces::Parcel;
use crate::simulate::draw::Draw;
use crate::simulate::solid::{Axis, Placed, Shape, Solid};

/// A part seen from the side: from and to along the weapon and upwards in mm, how thick it is across, the share of that
/// box which is matter, by how much it leans, and its material.
struct Part(f64, f64, f64, f64, f64, f64, f64, &'static str);

/// An assault rifle, 870 mm long and about 3.7 kg with a loaded magazine (after the usual 7.62 mm pattern).
const RIFLE: &[Part] = &[
    // The barrel: 17 mm outside, 8 mm inside, of a square's area.
    Part(0.0, 415.0, 148.0, 165.0, 17.0, 0.61, 0.0, "steel"),
    // The gas tube over it.
    Part(120.0, 400.0, 170.0, 184.0, 14.0, 0.45, 0.0, "steel"),
    // Receiver with bolt: sheet around a carrier.
    Part(418.0, 660.0, 120.0, 186.0, 34.0, 0.40, 0.0, "steel"),
    // Handguard, grip and stock.
    Part(210.0, 380.0, 116.0, 144.0, 42.0, 0.9, 0.0, "wood"),
    Part(585.0, 620.0, 30.0, 116.0, 26.0, 0.8, 0.25, "plastic"),
    Part(664.0, 870.0, 92.0, 168.0, 36.0, 0.8, 0.12, "wood"),
    // Magazine with thirty cartridges.
    Part(440.0, 500.0, -70.0, 114.0, 24.0, 0.34, -0.22, "steel"),
    // Sights.
    Part(22.0, 34.0, 168.0, 205.0, 12.0, 0.6, 0.0, "steel"),
];

/// A pistol, 200 mm long and about 0.9 kg.
const PISTOL: &[Part] = &[
    Part(0.0, 186.0, 110.0, 136.0, 25.0, 0.55, 0.0, "steel"),
    Part(20.0, 186.0, 88.0, 108.0, 24.0, 0.35, 0.0, "steel"),
    Part(128.0, 164.0, -12.0, 86.0, 28.0, 0.30, -0.2, "steel"),
];

/// How far apart weapons stand that lie behind each other, in mm.
const RIFLE_PITCH: f64 = 48.0;
const PISTOL_PITCH: f64 = 34.0;

/// `count` weapons behind each other. They are alike and in line, so each part is one solid of all of them: from the side
/// the picture is the same.
fn row(parts: &[Part], count: usize, pitch: f64) -> Parcel {
    let mut parcel = Parcel::default();
    for Part(left, right, low, high, thick, share, lean, material) in parts {
        let deep = if count == 1 { *thick } else { count as f64 * pitch };
        let fill = share * count as f64 * thick / deep;
        let solid = Solid::cuboid([*left, *right], [*low, *high], [-deep / 2.0, deep / 2.0], material).dense(fill);
        parcel.own.push(if *lean == 0.0 { solid } else { solid.turned(Axis::Z, *lean) });
    }
    normal(parcel)
}

/// The same package with its lowest corner at the origin.
fn normal(mut parcel: Parcel) -> Parcel {
    let (low, high) = parcel.bounds();
    parcel.size = [0, 1, 2].map(|axis| high[axis] - low[axis]);
    parcel.moved(low.map(|v| -v))
}

/// Several packages in one.
fn together(parcels: impl IntoIterator<Item = Parcel>) -> Parcel {
    let mut all = Parcel::default();
    for parcel in parcels {
        all.own.extend(parcel.own);
        all.wrap.extend(parcel.wrap);
    }
    normal(all)
}

/// Around a package: a case with walls `wall` thick, and foam or shavings of `filling` times the material's density where
/// something is said.
fn cased(inside: Parcel, wall: f64, material: &'static str, filling: Option<(&'static str, f64)>) -> Parcel {
    let room = wall + 8.0;
    let inside = Parcel { size: inside.size.map(|s| s + 2.0 * room), ..inside.moved([room; 3]) };
    let size = inside.size;
    let case = Solid::cuboid([0.0, size[0]], [0.0, size[1]], [0.0, size[2]], material).hollow(wall);
    let mut wrap = vec![case];
    if let Some((stuff, density)) = filling {
        let held: Vec<Placed> = inside.own.iter().map(|s| s.body.clone()).collect();
        let [x, y, z] = size.map(|s| [wall + 0.5, s - wall - 0.5]);
        wrap.push(held.into_iter().fold(Solid::cuboid(x, y, z, stuff).dense(density), Solid::without));
    }
    wrap.extend(inside.wrap);
    Parcel { wrap, ..inside }
}

/// One package of weapons of at most `left_kg`; nothing where less than half of a weapon is left. The more there are in
/// `total_kg`, the more stand in a row, so that the solids stay few.
pub(super) fn package(packing: Packing, left_kg: f64, total_kg: f64, draw: &mut Draw) -> Option<Parcel> {
    let pistols = matches!(packing, Packing::PistolCases | Packing::Pistols);
    let (parts, pitch) = if pistols { (PISTOL, PISTOL_PITCH) } else { (RIFLE, RIFLE_PITCH) };
    let one = row(parts, 1, pitch);
    let left = (left_kg / one.kg()).round().min(1e6) as usize;
    if left == 0 {
        return None;
    }
    let parcel = match packing {
        Packing::RifleCases => {
            let n = left.min(2);
            cased(row(parts, n, 60.0), 5.0, "plastic", Some(("foam", 1.0)))
        }
        Packing::WeaponCrates => {
            // Ten to a crate; above a ton two to four crates stand behind each other.
            let crates = ((total_kg / 600.0).ceil() as usize).clamp(1, 4);
            let n = left.min(10 * crates);
            let rows = if n > 4 && draw.chance(0.4) && crates == 1 { 2 } else { 1 };
            let mut placed = Vec::new();
            let mut y = 0.0;
            for number in 0..rows {
                let here = if number + 1 < rows { n.div_ceil(2) } else { n - number * n.div_ceil(2) };
                let next = row(parts, here, pitch);
                let high = next.size[1];
                placed.push(next.moved([0.0, y, 0.0]));
                y += high + 15.0;
            }
            cased(together(placed), 18.0, "wood", None)
        }
        Packing::PistolCases => {
            // Three layers of two by up to six.
            let mut left = left.min(36);
            let mut placed = Vec::new();
            for place in 0..6 {
                let here = left.min(6);
                if here > 0 {
                    let (along, up) = (f64::from(place % 2), f64::from(place / 2));
                    placed.push(row(parts, here, pitch).moved([along * 210.0, up * 165.0, 0.0]));
                }
                left -= here;
            }
            cased(together(placed), 12.0, "wood", None)
        }
        _ => {
            let size = one.size.map(|s| s + 8.0);
            let half = size.map(|s| s / 2.0);
            let cloth = Solid::new(Shape::Box { half }, half, "textile").hollow(3.0);
            let one = one.moved([4.0; 3]);
            Parcel { size, wrap: vec![cloth], own: one.own }
        }
    };
    Some(parcel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::ScanKey;

    #[test]
    fn weapons_weigh_what_they_do_and_rows_weigh_their_count() {
        let (rifle, pistol) = (row(RIFLE, 1, RIFLE_PITCH).kg(), row(PISTOL, 1, PISTOL_PITCH).kg());
        assert!((3.3..5.0).contains(&rifle), "a rifle of {rifle} kg");
        assert!((0.7..1.2).contains(&pistol), "a pistol of {pistol} kg");
        assert!((row(RIFLE, 10, RIFLE_PITCH).kg() / rifle - 10.0).abs() < 1e-9);
        let mut draw = ScanKey::new(1, 1).stream("test", 0);
        let crate_of_ten = package(Packing::WeaponCrates, 1e6, 40.0, &mut draw).unwrap();
        assert!((crate_of_ten.kg() / rifle - 10.0).abs() < 1e-9);
        assert!((700.0..1100.0).contains(&crate_of_ten.size[0]) && crate_of_ten.size[2] < 700.0);
        let cases = package(Packing::PistolCases, 7.2 * pistol, 40.0, &mut draw).unwrap();
        assert!((cases.kg() / pistol - 7.0).abs() < 1e-9);
        assert!(package(Packing::Pistols, 0.3, 0.3, &mut draw).is_none());
    }
}
