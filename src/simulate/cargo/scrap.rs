//! Scrap metal: a random heap that no two solids share a place in.

use super::piece::{Piece, Stowage, bar, plate, rod};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Placed, Shape, Solid, Vector};

/// Side of the cells in which a heap's places are booked, mm.
const CELL: f64 = 50.0;

/// Which cells of the hold are taken.
struct Places {
    origin: Vector,
    count: [usize; 3],
    taken: Vec<bool>,
}

impl Places {
    fn new(space: &Hold) -> Self {
        let count = [space.length(), space.height(), space.width()].map(|side| (side / CELL).ceil().max(1.0) as usize);
        let origin = [space.x[0], space.y[0], space.z[0]];
        Self { origin, count, taken: vec![false; count[0] * count[1] * count[2]] }
    }

    /// The cells that a body touches, sampled at points half a cell apart along its own box; nothing where it reaches outside.
    fn cells(&self, body: &Placed) -> Option<Vec<usize>> {
        let half = match &body.shape {
            Shape::Box { half } | Shape::Pillow { half } => *half,
            Shape::Cylinder { radius, half } => [*radius, *half, *radius],
            Shape::Ellipsoid { radii } => *radii,
            Shape::Frustum { .. } | Shape::Prism { .. } => return None,
        };
        let rows = body.rotation.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let steps = half.map(|h| (2.0 * h / (CELL / 2.0)).ceil().max(1.0) as usize);
        let mut cells = Vec::new();
        for i in 0..=steps[0] {
            for j in 0..=steps[1] {
                for k in 0..=steps[2] {
                    let own = [(i, 0), (j, 1), (k, 2)]
                        .map(|(n, a): (usize, usize)| half[a] * (2.0 * n as f64 / steps[a] as f64 - 1.0));
                    let mut cell = [0usize; 3];
                    for axis in 0..3 {
                        let at = body.centre[axis] + (0..3).map(|o| rows[o][axis] * own[o]).sum::<f64>();
                        let place = (at - self.origin[axis]) / CELL;
                        if place < 0.0 || place >= self.count[axis] as f64 {
                            return None;
                        }
                        cell[axis] = place as usize;
                    }
                    cells.push((cell[0] * self.count[1] + cell[1]) * self.count[2] + cell[2]);
                }
            }
        }
        cells.sort_unstable();
        cells.dedup();
        Some(cells)
    }

    /// Books the body's cells; false where one is taken.
    fn book(&mut self, body: &Placed) -> bool {
        let Some(cells) = self.cells(body) else { return false };
        if cells.iter().any(|cell| self.taken[*cell]) {
            return false;
        }
        for cell in cells {
            self.taken[cell] = true;
        }
        true
    }
}

/// The heap's height over the floor along the container: smooth humps, lower towards the doors.
struct Profile {
    height: f64,
    humps: Vec<(f64, f64, f64)>,
}

impl Profile {
    fn draw(space: &Hold, height: f64, draw: &mut Draw) -> Self {
        let count = (space.length() / 1500.0).ceil() as usize;
        let humps =
            (0..count).map(|_| (draw.between(space.x), draw.range(500.0, 1300.0), draw.range(-0.3, 0.35))).collect();
        Self { height, humps }
    }

    fn at(&self, x: f64, space: &Hold) -> f64 {
        let hump: f64 = self.humps.iter().map(|(at, wide, high)| high * (-((x - at) / wide).powi(2)).exp()).sum();
        let end = ((space.x[1] - x) / 700.0).clamp(0.15, 1.0);
        (self.height * (1.0 + hump) * end).min(space.height() - 60.0)
    }
}

/// A heap of pieces, shredded scrap or pressed bales, as the dealer has it.
pub(super) fn scrap(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    match draw.below(5) {
        0 => bales(scene, &mut stowage, draw),
        1 => {
            let height = draw.range(350.0, 700.0);
            shredded(scene, &mut stowage, height, draw);
        }
        _ => {
            let height = draw.range(900.0, 1900.0);
            heap(scene, &mut stowage, height, draw);
        }
    }
}

/// Beams, pipes, sheets, wheels, lumps and motors, thrown in.
fn heap(scene: &mut Scene, stowage: &mut Stowage, height: f64, draw: &mut Draw) {
    let space = stowage.space;
    let mut places = Places::new(&space);
    let profile = Profile::draw(&space, height, draw);
    let tries = (space.length() * 1.5) as usize;
    let mut reach = space.x[0];
    for attempt in 0..tries {
        let x = draw.between(space.x);
        let most = profile.at(x, &space);
        let at = [x, space.y[0] + most * draw.unit().powf(1.5), draw.between(space.z)];
        // Long pieces first: later they would find no room.
        let long = 1.0 - 0.75 * attempt as f64 / tries as f64;
        let Some(solid) = item(at, long, draw) else { continue };
        let high = solid.body.bounds().1[1];
        if high > space.y[0] + most + 150.0 || !places.book(&solid.body) {
            continue;
        }
        let mut piece = Piece::new([0.0; 3]);
        piece.add(solid);
        if stowage.put(scene, piece, [0.0; 3]) {
            reach = reach.max(x);
        }
        if stowage.kg < 50.0 || stowage.solids < 20 {
            break;
        }
    }
    let mut left = space.x[0];
    while left + 1200.0 < reach {
        let top = space.y[0] + profile.at(left + 600.0, &space);
        scene.bulk([left, left + 1200.0], [space.y[0], top], [space.z[0] + 20.0, space.z[1] - 20.0], "steel");
        left += 1200.0;
    }
}

/// One piece of a heap.
fn item(at: Vector, long: f64, draw: &mut Draw) -> Option<Solid> {
    let turn = |solid: Solid, draw: &mut Draw| {
        // Most things come to rest nearly level.
        solid
            .turned(Axis::Z, 0.36 * draw.normal())
            .turned(Axis::X, 0.36 * draw.normal())
            .turned(Axis::Y, draw.range(0.0, std::f64::consts::PI))
    };
    let solid = match draw.below(13) {
        0 | 1 => {
            // Pipe.
            let radius = draw.range(18.0, 75.0);
            let half = draw.range(150.0, 1100.0) * long;
            rod(at, Axis::X, half, radius, "steel").bored(radius - draw.range(3.0, 7.0))
        }
        2 | 3 => {
            // I-beam or channel: a web and flanges by what is cut out of a bar.
            let (half, high, wide) =
                (draw.range(200.0, 1300.0) * long, draw.range(40.0, 110.0), draw.range(30.0, 70.0));
            let solid = Solid::new(Shape::Box { half: [half, high, wide] }, at, "steel");
            let side = wide / 2.0;
            let cut = |sign: f64| {
                let half = [half + 1.0, high - 9.0, side - 4.0];
                Placed::new(Shape::Box { half }, [at[0], at[1], at[2] + sign * (side + 4.0)])
            };
            solid.without(cut(1.0)).without(cut(-1.0))
        }
        4 | 5 => {
            // Sheet, bent out of shape: seen as a thin plate at any angle.
            let half = [draw.range(100.0, 550.0) * long.max(0.5), draw.range(1.0, 3.5), draw.range(80.0, 350.0)];
            Solid::new(Shape::Box { half }, at, if draw.chance(0.2) { "aluminium" } else { "steel" })
        }
        6 => {
            // Wheel rim, brake disc, flywheel.
            let radius = draw.range(110.0, 240.0);
            rod(at, Axis::Y, draw.range(10.0, 80.0), radius, "steel").bored(0.86 * radius)
        }
        7 => {
            // A lump: casting, part of an engine.
            let size = draw.range(3.3, 5.2).exp();
            let half = [size * draw.range(0.8, 1.3), size * draw.range(0.5, 1.0), size * draw.range(0.6, 1.2)];
            let shape = if draw.chance(0.5) { Shape::Ellipsoid { radii: half } } else { Shape::Box { half } };
            let solid = Solid::new(shape, at, "iron").dense(draw.range(0.3, 0.75));
            solid.grain(0.4, [60.0, 60.0], draw.seed())
        }
        8 => {
            // An electric motor.
            let radius = draw.range(50.0, 130.0);
            rod(at, Axis::X, draw.range(1.1, 1.7) * radius, radius, "steel").dense(0.7).bored(0.2 * radius)
        }
        9 => {
            // A tank, boiler or gas bottle.
            let radius = draw.range(90.0, 260.0) * long.max(0.5);
            let wall = draw.range(2.0, 7.0);
            rod(at, Axis::X, draw.range(1.2, 2.6) * radius, radius, "steel").hollow(wall)
        }
        10 => {
            // The case of a machine: sheet steel around little.
            let half = [draw.range(120.0, 330.0), draw.range(90.0, 260.0), draw.range(90.0, 300.0)];
            Solid::new(Shape::Box { half: half.map(|h| h * long.max(0.5)) }, at, "steel").hollow(draw.range(0.8, 2.0))
        }
        11 => {
            // Bundled wire and cable.
            let half = [draw.range(120.0, 260.0), draw.range(60.0, 120.0), draw.range(100.0, 200.0)];
            let metal = if draw.chance(0.4) { "copper" } else { "steel" };
            Solid::new(Shape::Pillow { half }, at, metal).dense(draw.range(0.08, 0.2)).grain(
                0.6,
                [22.0, 18.0],
                draw.seed(),
            )
        }
        _ => {
            // Reinforcing bars and rods.
            let half = draw.range(250.0, 1200.0) * long;
            let (dx, dy) = (half, 0.12 * half * draw.normal());
            return Some(bar(
                [at[0] - dx, at[1] - dy, at[2]],
                [at[0] + dx, at[1] + dy, at[2] + 60.0],
                draw.range(7.0, 20.0),
                "steel",
            ));
        }
    };
    (long > 0.0).then(|| turn(solid, draw))
}

/// Fist-sized pieces poured in: about 1 t/m³, under a smooth surface on which larger pieces lie.
fn shredded(scene: &mut Scene, stowage: &mut Stowage, height: f64, draw: &mut Draw) {
    let space = stowage.space;
    let rows = 3;
    let wide = space.width() / f64::from(rows);
    let material = if draw.chance(0.75) { "steel" } else { "aluminium" };
    let density = if material == "steel" { draw.range(0.11, 0.16) } else { draw.range(0.16, 0.24) };
    let step = 130.0;
    // Each row across has a surface of its own: seen together they have no edge.
    let profiles: Vec<Profile> = (0..rows).map(|_| Profile::draw(&space, height, draw)).collect();
    let seeds: Vec<u64> = profiles.iter().map(|_| draw.seed()).collect();
    let rough = draw.range(0.03, 0.09) * height;
    let mut places = Places::new(&space);
    let mut block: Option<([f64; 2], f64)> = None;
    let mut ends: Vec<f64> = profiles.iter().map(|profile| profile.at(space.x[0], &space)).collect();
    let mut left = space.x[0];
    'heap: while left + step < space.x[1] {
        let mut low = f64::INFINITY;
        for (row, profile) in profiles.iter().enumerate() {
            let near = space.z[0] + row as f64 * wide;
            let next = (profile.at(left + step, &space) + draw.range(-rough, rough)).clamp(40.0, space.height() - 60.0);
            let from = std::mem::replace(&mut ends[row], next);
            let floor = space.y[0];
            let corners = [[left, floor], [left + step, floor], [left + step, floor + next], [left, floor + from]];
            let mut piece = Piece::new([0.0; 3]);
            piece.add(plate(&corners, [near, near + wide], material).dense(density).grain(
                0.45,
                [46.0, 38.0],
                seeds[row],
            ));
            if !stowage.put(scene, piece, [0.0; 3]) {
                break 'heap;
            }
            low = low.min(next.min(from));
            for _ in 0..2 {
                let size = draw.range(2.9, 4.9).exp();
                let half = [size * draw.range(0.8, 1.6), size * draw.range(0.15, 0.8), size];
                let at = [left + step * draw.unit(), floor + next.max(from) + size + 6.0, near + wide * draw.unit()];
                let shape = if draw.chance(0.4) { Shape::Ellipsoid { radii: half } } else { Shape::Box { half } };
                let lump = Solid::new(shape, at, material)
                    .turned(Axis::Z, 0.5 * draw.normal())
                    .turned(Axis::X, 0.5 * draw.normal())
                    .dense(draw.range(0.2, 0.8));
                let above = lump.body.bounds().0[1] > floor + next.max(from) + rough + 2.0;
                if above && places.book(&lump.body) {
                    let mut piece = Piece::new([0.0; 3]);
                    piece.add(lump);
                    stowage.put(scene, piece, [0.0; 3]);
                }
            }
        }
        let (mut x, least) = block.unwrap_or(([left, left], f64::INFINITY));
        x[1] = left + step;
        block = Some((x, least.min(low)));
        if x[1] - x[0] > 900.0 {
            scene.bulk(x, [space.y[0], space.y[0] + least.min(low)], space.z, material);
            block = None;
        }
        left += step;
    }
}

/// Pressed bales, one to three high.
fn bales(scene: &mut Scene, stowage: &mut Stowage, draw: &mut Draw) {
    let space = stowage.space;
    let (material, density) =
        [("steel", 0.16), ("aluminium", 0.3), ("copper", 0.12), ("aluminium", 0.2)][draw.below(4)];
    let side = [draw.range(500.0, 1100.0), draw.range(420.0, 620.0)];
    let mut left = space.x[0];
    while stowage.room(left) > side[0] + 40.0 {
        for row in 0..3 {
            let wide = space.width() / 3.0;
            let near = space.z[0] + f64::from(row) * wide;
            let levels = 1 + draw.below(3);
            for level in 0..levels {
                let high = side[1] * draw.range(0.86, 0.98);
                let size = [side[0] * draw.range(0.88, 0.98), high, wide * draw.range(0.86, 0.96)];
                let mut piece = Piece::new(size);
                let half = size.map(|s| s / 2.0);
                let solid = Solid::new(Shape::Box { half }, half, material).dense(density * draw.around_one(0.08));
                // Pressed flat: layers lie level, and no bale is square.
                piece.add(solid.grain(0.5, [150.0, 26.0], draw.seed()));
                let at = [left + draw.range(0.0, 25.0), space.y[0] + side[1] * level as f64 + 14.0, near + 10.0];
                let piece = if draw.chance(0.6) { piece.tipped(draw.range(-0.03, 0.03)) } else { piece };
                if !stowage.put(scene, piece, at) {
                    break;
                }
            }
        }
        scene.bulk([left, left + side[0]], [space.y[0], space.y[0] + side[1]], space.z, material);
        left += side[0] + draw.range(10.0, 60.0);
    }
}
