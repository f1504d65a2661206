//! Cartons stacked by hand.

use super::piece::{BOARD, Piece, Stowage};
use super::{appliances, inside};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Content, Hold, Scene};
use crate::simulate::solid::{Solid, Vector};
use crate::simulate::texture::Cells;

/// What the cartons of one consignment hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inside {
    /// Goods without a shape of their own in the picture.
    Loose(Content),
    /// Folded garments: g/cm³, width of a stack and thickness of one in mm.
    Folded { density: f64, stack: f64, thick: f64 },
    /// Like things in compartments: material, g/cm³ and what they look like.
    Things { material: &'static str, density: f64, look: Cells },
    /// Jars, tins of paint, flasks: their radius and height in mm, filling, its density.
    Jars { radius: f64, high: f64, material: &'static str, density: f64 },
    /// Pairs of shoes in boxes, layer on layer.
    Shoes,
    /// Flat television sets standing face to face.
    Televisions,
    /// Microwave ovens.
    Microwaves,
    /// Computers and hi-fi sets.
    Computers,
    /// Telephones, chargers, parts: small boxes in trays.
    Gadgets,
    /// Refrigerators and washing machines.
    WhiteGoods,
    /// Balls and hollow mouldings.
    Balls,
    /// Dolls, cars, building bricks with motors and batteries.
    Playthings,
    /// Cars and tricycles for children to ride on.
    RideOns,
}

impl Inside {
    /// Garments folded in stacks: 150 to 330 kg/m³.
    pub(super) fn folded(draw: &mut Draw) -> Self {
        Self::Folded { density: draw.range(0.14, 0.30), stack: draw.range(190.0, 330.0), thick: draw.range(16.0, 46.0) }
    }

    /// Things of a make of their own.
    fn things(material: &'static str, density: [f64; 2], size: [f64; 3], contrast: f64, draw: &mut Draw) -> Self {
        let size = size.map(|side| side * draw.range(0.75, 1.35));
        let look = Cells { size, jitter: 0.08 * size[0].min(size[1]), design: draw.seed(), contrast, seed: 0 };
        Self::Things { material, density: draw.between(density), look }
    }

    /// Outer size of one carton, mm; across, cartons of one row that stand behind each other count as one.
    fn size(self, draw: &mut Draw) -> Vector {
        if let Self::Jars { radius, high, .. } = self {
            // One or two layers, whole rows.
            let row = 2.0 * radius + 4.0;
            let count = (draw.range(330.0, 520.0) / row).floor().max(2.0);
            let layers = if high > 170.0 { 1.0 } else { 2.0 };
            return [count * row + 28.0, layers * high + 26.0, draw.range(560.0, 770.0)];
        }
        let mut of = |long: [f64; 2], high: [f64; 2], wide: [f64; 2]| {
            [draw.between(long), draw.between(high), draw.between(wide)]
        };
        match self {
            Self::Loose(_) | Self::Folded { .. } | Self::Things { .. } | Self::Jars { .. } => {
                of([380.0, 640.0], [260.0, 460.0], [560.0, 780.0])
            }
            Self::Shoes => of([620.0, 690.0], [380.0, 420.0], [740.0, 780.0]),
            Self::Televisions => of([1000.0, 1600.0], [680.0, 1000.0], [740.0, 780.0]),
            Self::Microwaves => of([500.0, 560.0], [310.0, 350.0], [1080.0, 1170.0]),
            Self::Computers => of([480.0, 620.0], [440.0, 520.0], [740.0, 780.0]),
            Self::Gadgets => of([420.0, 600.0], [250.0, 380.0], [740.0, 780.0]),
            Self::WhiteGoods => of([630.0, 680.0], [880.0, 900.0], [650.0, 690.0]),
            Self::Balls => of([560.0, 700.0], [460.0, 560.0], [740.0, 780.0]),
            Self::Playthings => of([500.0, 720.0], [380.0, 520.0], [740.0, 780.0]),
            Self::RideOns => of([1050.0, 1250.0], [520.0, 640.0], [680.0, 760.0]),
        }
    }

    /// Solids in a carton, about.
    fn solids(self) -> usize {
        match self {
            Self::Loose(_) | Self::Folded { .. } | Self::Things { .. } | Self::Jars { .. } => 2,
            Self::Gadgets | Self::Playthings => 3,
            Self::Shoes => 5,
            Self::Computers => 6,
            Self::Microwaves => 7,
            Self::Balls => 8,
            Self::Televisions => 10,
            Self::RideOns => 12,
            Self::WhiteGoods => 14,
        }
    }

    /// What it counts as where something is to be hidden in it.
    fn material(self) -> &'static str {
        match self {
            Self::Loose(content) => content.material,
            Self::Folded { .. } => "textile",
            Self::Things { material, .. } | Self::Jars { material, .. } => material,
            Self::Shoes => "rubber",
            Self::Balls | Self::Playthings | Self::RideOns => "plastic",
            _ => "electronics",
        }
    }

    /// One carton.
    pub(super) fn carton(self, size: Vector, draw: &mut Draw) -> Piece {
        let mut piece = Piece::new(size);
        if let Self::WhiteGoods = self {
            let machine = if draw.chance(0.8) { appliances::washing_machine(draw) } else { appliances::cooker(draw) };
            let free = [0, 1, 2].map(|axis| (size[axis] - machine.size[axis]).max(0.0) / 2.0);
            piece.join(machine, [free[0], 15.0, free[2]]);
        } else {
            board(&mut piece);
            inside::fill(self, &mut piece, draw);
        }
        piece
    }
}

/// The carton's own walls.
fn board(piece: &mut Piece) {
    let [long, high, wide] = piece.size;
    piece.add(Solid::cuboid([0.0, long], [0.0, high], [0.0, wide], "cardboard").hollow(5.0).dense(BOARD));
}

/// What a household packs: nothing is like its neighbour.
pub(super) fn household(draw: &mut Draw) -> Inside {
    let inside = match draw.below(6) {
        0 | 1 => return Inside::folded(draw),
        2 => Inside::things("tile", [0.2, 0.45], [140.0, 110.0, 130.0], 1.5, draw),
        3 => Inside::things("plastic", [0.08, 0.2], [190.0, 160.0, 170.0], 3.0, draw),
        4 => Inside::things("steel", [0.2, 0.5], [210.0, 120.0, 170.0], 2.0, draw),
        _ => Inside::things("wood", [0.12, 0.3], [200.0, 150.0, 180.0], 1.5, draw),
    };
    let Inside::Things { material, density, look } = inside else { return inside };
    Inside::Things { material, density, look: Cells { jitter: 0.4 * look.size[1], ..look } }
}

/// What a carton of general goods may hold: clothes, books, appliances, mouldings, jars, china, tools.
pub(super) fn general(draw: &mut Draw) -> Inside {
    match draw.below(12) {
        0 | 1 => Inside::folded(draw),
        2 => {
            let content = Content {
                material: "paper",
                density: 0.75 * draw.range(0.75, 1.2),
                amplitude: 0.07,
                grain: [60.0, 14.0],
                slack: draw.range(0.0, 0.15),
            };
            Inside::Loose(content)
        }
        3 | 4 => Inside::things("electronics", [0.25, 0.5], [170.0, 130.0, 190.0], 3.5, draw),
        5 => Inside::things("plastic", [0.08, 0.2], [180.0, 150.0, 180.0], 1.6, draw),
        6 => Inside::things("plastic", [0.1, 0.25], [90.0, 110.0, 90.0], 2.0, draw),
        7 | 8 => {
            let radius = draw.range(24.0, 62.0);
            let (material, density) = [("beverage", 1.0), ("food", 1.1), ("oil", 1.2)][draw.below(3)];
            Inside::Jars { radius, high: radius * draw.range(1.9, 3.4), material, density }
        }
        9 => Inside::things("wood", [0.15, 0.3], [150.0, 120.0, 160.0], 1.2, draw),
        10 => Inside::things("tile", [0.3, 0.6], [120.0, 105.0, 120.0], 1.5, draw),
        _ => Inside::things("steel", [0.5, 1.0], [110.0, 70.0, 90.0], 3.0, draw),
    }
}

/// How well the stacks are built.
struct Habit {
    /// Columns of one consignment, at least and at most.
    columns: [usize; 2],
    /// Probability that a consignment stands badly: leaning, crushed, tumbled.
    bad: f64,
    /// Probability of a void before a consignment.
    void: f64,
}

/// Stows consignments one behind the other.
fn stow(
    scene: &mut Scene,
    space: &Hold,
    payload: f64,
    solids: usize,
    draw: &mut Draw,
    habit: &Habit,
    kind: &dyn Fn(&mut Draw) -> Inside,
) {
    let mut stowage = Stowage { solids, ..Stowage::new(space, payload) };
    let mut left = space.x[0];
    // A container is loaded to about the same height throughout.
    let fill = draw.range(0.8, 0.97);
    while stowage.room(left) > 420.0 && stowage.kg > 20.0 {
        if draw.chance(habit.void) {
            left += draw.range(100.0, 700.0);
        }
        let mut inside = kind(draw);
        let mut size = inside.size(draw);
        let span = habit.columns[0] + draw.below(habit.columns[1] - habit.columns[0] + 1);
        let room = (stowage.room(left) / size[0]) as usize;
        if room == 0 {
            // What is too long gives way to small cartons.
            inside = general(draw);
            size = [400.0, 300.0, 760.0];
        }
        let columns = span.min((stowage.room(left) / size[0]) as usize);
        let layers = ((draw.range(0.92, 1.0) * fill * space.height()) / (size[1] + 1.0)) as usize;
        let rows = ((space.width() - 10.0) / size[2]) as usize;
        if columns == 0 || layers == 0 || rows == 0 {
            break;
        }
        let share = stowage.solids as f64 * (columns as f64 * size[0] / stowage.room(left)).min(1.0);
        if (columns * layers * rows * inside.solids()) as f64 > share * 1.15 {
            inside = inside::simpler(inside, draw);
        }
        left = consignment(scene, &mut stowage, left, (inside, size), [columns, layers, rows], habit, draw);
    }
}

/// One consignment of like cartons; returns where it ends.
fn consignment(
    scene: &mut Scene,
    stowage: &mut Stowage,
    left: f64,
    (inside, size): (Inside, Vector),
    [columns, layers, rows]: [usize; 3],
    habit: &Habit,
    draw: &mut Draw,
) -> f64 {
    let space = stowage.space;
    let bad = draw.chance(habit.bad);
    let heavy = draw.chance(0.06).then(|| draw.below(columns * layers * rows));
    let slack = (space.width() - rows as f64 * size[2]) / rows as f64;
    let (mut reach, mut number) = (left, 0);
    let complete = draw.range(0.4, 1.0);
    for row in 0..rows {
        let near = space.z[0] + 2.0 + row as f64 * (size[2] + slack * draw.range(0.85, 0.98));
        let lean = if bad { draw.range(-0.02, 0.02) } else { draw.range(-0.004, 0.004) };
        // The rows do not stand in line.
        let push = if bad { draw.range(0.0, 60.0) } else { draw.range(0.0, 30.0) };
        for column in 0..columns {
            let mut floor = space.y[0];
            let top = layers - usize::from(!draw.chance(complete));
            for layer in 0..top {
                // The lower cartons of a badly built stack give way.
                let crush = if bad { 1.0 - draw.range(0.0, 0.10) * (1.0 - layer as f64 / layers as f64) } else { 1.0 };
                let own = [size[0] - draw.range(6.0, 12.0), size[1] * crush - 1.0, size[2] - 4.0];
                let x = left + 16.0 + push + column as f64 * size[0] + lean * (floor - space.y[0] - 600.0);
                let mut piece = inside.carton(own, draw);
                if heavy == Some(number) {
                    piece.solids.last_mut().into_iter().for_each(|s| s.density *= 1.5);
                }
                number += 1;
                let thrown = bad && layer + 1 == top && draw.chance(0.25);
                let at = [x, floor + if thrown { 30.0 } else { 0.0 }, near];
                let piece = if thrown { piece.tipped(draw.range(-0.08, 0.08)) } else { piece };
                if stowage.put(scene, piece, at) {
                    reach = reach.max(x + size[0]);
                }
                floor += size[1] * crush;
            }
        }
    }
    let end = left + columns as f64 * size[0];
    let y = [space.y[0], space.y[0] + layers.saturating_sub(1).max(1) as f64 * size[1] * 0.95];
    scene.bulk([left + 20.0, end.min(space.x[1])], y, [space.z[0] + 20.0, space.z[1] - 20.0], inside.material());
    end.max(reach) + if bad { draw.range(60.0, 140.0) } else { draw.range(30.0, 70.0) }
}

/// Cartons of mixed goods, stacked by hand.
pub(super) fn mixed(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let habit = Habit { columns: [1, 4], bad: 0.3, void: 0.1 };
    // Right across, or different goods side by side.
    let lanes = if draw.chance(0.35) { 1 } else { 3 };
    let wide = space.width() / f64::from(lanes);
    for lane in 0..lanes {
        let near = space.z[0] + wide * f64::from(lane);
        let part = Hold { z: [near, near + wide], ..*space };
        let (payload, solids) = (payload / f64::from(lanes), 1900 / lanes as usize);
        stow(scene, &part, payload, solids, draw, &habit, &|draw| match draw.below(12) {
            0 => Inside::Gadgets,
            1 => Inside::Playthings,
            2 => Inside::Shoes,
            _ => general(draw),
        });
    }
}

/// Electronics: television sets, ovens, computers, small things, white goods.
pub(super) fn electronics(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let habit = Habit { columns: [2, 6], bad: 0.08, void: 0.04 };
    let sorts = [Inside::Televisions, Inside::Microwaves, Inside::Computers, Inside::Gadgets, Inside::WhiteGoods];
    let (first, second) = (draw.below(5), draw.below(5));
    stow(scene, space, payload, 1900, draw, &habit, &|draw| match draw.below(5) {
        0 | 1 => sorts[first],
        2 | 3 => sorts[second],
        _ => sorts[draw.below(5)],
    });
}

/// Garments folded in cartons.
pub(super) fn garments(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let habit = Habit { columns: [3, 9], bad: 0.25, void: 0.05 };
    stow(scene, space, payload, 1900, draw, &habit, &|draw| Inside::folded(draw));
}

/// Shoes in boxes in cartons.
pub(super) fn shoes(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let habit = Habit { columns: [3, 9], bad: 0.12, void: 0.05 };
    stow(scene, space, payload, 1900, draw, &habit, &|_| Inside::Shoes);
}

/// Toys in cartons.
pub(super) fn toys(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let habit = Habit { columns: [1, 4], bad: 0.15, void: 0.06 };
    stow(scene, space, payload, 1900, draw, &habit, &|draw| match draw.below(8) {
        0..=2 => Inside::Playthings,
        3 | 4 => Inside::Balls,
        5 => Inside::RideOns,
        // Plush: next to nothing, round and soft.
        6 => Inside::things("textile", [0.05, 0.09], [230.0, 210.0, 220.0], 0.5, draw),
        // Building bricks, figures, games in boxes of their own.
        _ => Inside::things("plastic", [0.15, 0.25], [150.0, 90.0, 120.0], 2.5, draw),
    });
}
