//! Packages as solids: stacks of pieces, and what is wrapped around them.

use super::goods::{Goods, Packing, fineness};
use super::weapons;
use crate::scan::Result;
use crate::simulate::draw::Draw;
use crate::simulate::matter;
use crate::simulate::scene::{bounds, mass_kg};
use crate::simulate::solid::{Axis, Shape, Solid, Vector};

/// The smallest piece that the goods come in: a brick, a carton, a bundle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// The packing's name where they are stacked as they are.
    pub(super) packing: &'static str,
    /// The name of one.
    pub(super) one: &'static str,
    /// Sides in mm, the longest first.
    pub(super) size: Vector,
}

/// How finely a stack of pieces is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fineness {
    /// One solid for the pieces behind each other.
    Columns,
    /// One solid a layer.
    Layers,
    /// One solid in all.
    Block,
}

/// A package whose lowest corner is the origin until it is put somewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Parcel {
    /// Outer sides in mm.
    pub(super) size: Vector,
    /// The goods.
    pub(super) own: Vec<Solid>,
    /// What they are packed in.
    pub(super) wrap: Vec<Solid>,
}

impl Parcel {
    /// The goods' mass in kg.
    pub(super) fn kg(&self) -> f64 {
        self.own.iter().map(mass_kg).sum()
    }

    /// The same package elsewhere.
    pub(super) fn moved(mut self, by: Vector) -> Self {
        for solid in self.own.iter_mut().chain(&mut self.wrap) {
            *solid = solid.clone().moved(by);
        }
        self
    }

    /// The same package turned about its centre, its lowest corner at the origin again.
    pub(super) fn turned(mut self, axis: Axis, angle: f64) -> Self {
        let pivot = self.size.map(|side| side / 2.0);
        for solid in self.own.iter_mut().chain(&mut self.wrap) {
            *solid = solid.clone().turned_about(pivot, axis, angle);
        }
        let (low, high) = self.bounds();
        self.size = [0, 1, 2].map(|axis| high[axis] - low[axis]);
        self.moved(low.map(|v| -v))
    }

    /// Its lowest and highest corner.
    pub(super) fn bounds(&self) -> (Vector, Vector) {
        bounds(self.own.iter().chain(&self.wrap))
    }
}

/// Who makes the packages of one load.
pub(super) struct Maker {
    pub(super) goods: Goods,
    pub(super) material: &'static str,
    /// The pieces of this load: moulds differ by a few per cent from one press to another.
    pub(super) pieces: Vec<Piece>,
    /// The whole load in kg.
    pub(super) total_kg: f64,
    /// kg per mm³.
    per_mm3: f64,
    /// Factor on the material's density: presses and purities differ.
    dense: f64,
    /// The texture's strength and size in mm, and the widest gap between two pieces.
    grain: (f64, f64),
    gap: f64,
}

impl Maker {
    pub(super) fn new(goods: Goods, material: &'static str, total_kg: f64, draw: &mut Draw) -> Result<Self> {
        let mould = draw.range(0.95, 1.05);
        let pieces = goods.pieces().iter().map(|p| Piece { size: p.size.map(|s| s * mould), ..*p }).collect();
        // FIELD: pressed cocaine is 1.0 to 1.3 g/cm³, 1.1 in the table of materials.
        let dense = if goods == Goods::Narcotics { draw.range(0.91, 1.18) } else { draw.around_one(0.05) };
        Ok(Self {
            goods,
            material,
            pieces,
            total_kg,
            per_mm3: matter::density(material)? * 1e-6 * dense,
            dense,
            grain: (draw.range(0.02, 0.1), draw.range(15.0, 70.0)),
            gap: draw.range(0.5, 6.0),
        })
    }

    /// The mass of a piece in kg.
    pub(super) fn piece_kg(&self, piece: &Piece) -> f64 {
        piece.size.iter().product::<f64>() * self.per_mm3
    }

    fn matter(&self, x: [f64; 2], y: [f64; 2], z: [f64; 2], draw: &mut Draw) -> Solid {
        self.of(Solid::cuboid(x, y, z, self.material), draw)
    }

    /// A solid of these goods: one brick is pressed a little harder than another.
    fn of(&self, solid: Solid, draw: &mut Draw) -> Solid {
        let (amplitude, size) = self.grain;
        solid.dense(self.dense * draw.around_one(0.015)).grain(amplitude, [size, size], draw.seed())
    }

    /// `n` pieces with these sides in a grid, filled from the floor up, each layer from the front.
    pub(super) fn stack(&self, side: Vector, grid: [usize; 3], n: usize, draw: &mut Draw) -> Parcel {
        let kg = side.iter().product::<f64>() * self.per_mm3;
        let [wide, _, deep] = grid;
        let layer = wide * deep;
        let fine = fineness(self.total_kg, kg * deep as f64, kg * layer as f64);
        let (long, across) = (wide as f64 * side[0], deep as f64 * side[2]);
        let mut parcel = Parcel::default();
        if fine == Fineness::Block {
            let high = n as f64 / layer as f64 * side[1];
            parcel.own.push(self.matter([0.0, long], [0.0, high], [0.0, across], draw));
            parcel.size = [long, high, across];
            return parcel;
        }
        let mut top = 0.0;
        for course in 0..n.div_ceil(layer) {
            let y = [top, top + side[1]];
            top += side[1] + draw.range(0.2, 0.6) * self.gap;
            let here = layer.min(n - course * layer);
            if fine == Fineness::Layers && here == layer {
                parcel.own.push(self.matter([0.0, long], y, [0.0, across], draw));
                continue;
            }
            // Whoever packs them leaves a little here and there: rows do not stand in line.
            let mut x = 0.0;
            for column in 0..here.div_ceil(deep) {
                let behind = deep.min(here - column * deep) as f64 * side[2];
                parcel.own.push(self.matter([x, x + side[0]], y, [0.0, behind], draw));
                x += side[0] + if fine == Fineness::Columns { self.gap * draw.unit() } else { 0.0 };
            }
        }
        parcel.size = bounds(parcel.own.iter()).1;
        parcel
    }

    /// Pieces in a space of these sides, up to `left_kg`, as compact as they can be, in film; nothing where none fits
    /// or less than half a piece is left.
    pub(super) fn fill(&self, room: Vector, left_kg: f64, draw: &mut Draw) -> Option<(Parcel, &'static str)> {
        const FILM: f64 = 2.0;
        let room = room.map(|side| side - 2.0 * FILM - 1.5);
        let (mut best, mut most) = (None, 0.0);
        for piece in &self.pieces {
            // Small pieces are for hollows too narrow for the usual ones.
            if most > 0.55 * left_kg || most * 2.0 > room.iter().product::<f64>() * self.per_mm3 {
                break;
            }
            let [a, b, c] = piece.size;
            for side in [[a, c, b], [b, c, a], [c, a, b], [c, b, a], [a, b, c], [b, a, c]] {
                let gaps = [self.gap, 0.6 * self.gap, 0.0];
                let fits = |axis: usize| ((room[axis] + gaps[axis]) / (side[axis] + gaps[axis])).floor().max(0.0);
                let capacity = fits(0) * fits(1) * fits(2) * self.piece_kg(piece);
                // Lying flat and the usual piece win unless another way holds clearly more of what there is to hide.
                let holds = capacity.min(left_kg);
                let better = holds > 1.15 * most || (most < 0.97 * left_kg && holds > most);
                if capacity > 0.0 && left_kg >= 0.5 * self.piece_kg(piece) && better {
                    most = holds;
                    best = Some((piece, side, [fits(0) as usize, fits(1) as usize, fits(2) as usize]));
                }
            }
        }
        let (piece, side, mut grid) = best?;
        let capacity = grid.iter().product::<usize>();
        let n = ((left_kg / self.piece_kg(piece)).round() as usize).clamp(1, capacity);
        // Shorten the side that is longest in mm while everything still fits.
        while let Some(axis) = (0..3)
            .filter(|&axis| grid[axis] > 1 && grid.iter().product::<usize>() / grid[axis] * (grid[axis] - 1) >= n)
            .max_by(|&p, &q| (grid[p] as f64 * side[p]).total_cmp(&(grid[q] as f64 * side[q])))
        {
            grid[axis] -= 1;
        }
        let stack = self.stack(side, grid, n, draw).moved([FILM + 0.5; 3]);
        let outer = stack.size.map(|s| s + 2.0 * FILM + 1.0);
        let film = Solid::cuboid([0.0, outer[0]], [0.0, outer[1]], [0.0, outer[2]], "plastic").hollow(FILM);
        Some((Parcel { size: outer, wrap: vec![film], own: stack.own }, piece.packing))
    }

    /// One package of at most `left_kg`; nothing where less than half of a piece is left.
    pub(super) fn package(&self, packing: Packing, left_kg: f64, draw: &mut Draw) -> Option<Parcel> {
        match packing {
            Packing::Tins => self.tins(left_kg, draw),
            Packing::Tubes => self.tube(left_kg, draw),
            Packing::RifleCases | Packing::WeaponCrates | Packing::PistolCases | Packing::Rifles | Packing::Pistols => {
                weapons::package(packing, left_kg, self.total_kg, draw)
            }
            _ => self.packed(packing, left_kg, draw),
        }
    }

    /// Pieces in a bag or case.
    fn packed(&self, packing: Packing, left_kg: f64, draw: &mut Draw) -> Option<Parcel> {
        let piece = self.pieces.first()?;
        let one = self.piece_kg(piece);
        let left = (left_kg / one).round().min(1e6) as usize;
        // How much goes into one, and the inner length and depth that it is packed to.
        let (full, inner) = match packing {
            Packing::Holdalls => (draw.range(10.0, 18.0) / one, [420.0, 200.0]),
            Packing::Suitcases => (draw.range(12.0, 20.0) / one, [620.0, 210.0]),
            Packing::Crates => (draw.range(40.0, 80.0) / one, [600.0, 350.0]),
            Packing::MasterCases if self.total_kg > 1500.0 => (200.0, [570.0, 450.0]),
            Packing::MasterCases => (50.0, [570.0, 240.0]),
            Packing::Cartons => (draw.range(8.0, 26.0) / one, [draw.range(280.0, 480.0), draw.range(200.0, 300.0)]),
            Packing::Sacks => (draw.range(15.0, 45.0) / one, [draw.range(420.0, 660.0), draw.range(260.0, 390.0)]),
            _ => (draw.range(20.0, 30.0) / one, [540.0, 230.0]),
        };
        let n = (full.round() as usize).max(1).min(left);
        if n == 0 {
            return None;
        }
        let [a, b, c] = piece.size;
        let side = if packing == Packing::MasterCases { [a, b, c] } else { [b, c, a] };
        let across = |room: f64, side: f64| ((room / side).round() as usize).max(1);
        let (wide, deep) = (across(inner[0], side[0]), across(inner[1], side[2]));
        let stack = self.stack(side, [wide, n.div_ceil(wide * deep), deep], n, draw);
        let inside = stack.size;
        // Walls, and whether they are those of a bag.
        let (wall, material, soft) = match packing {
            Packing::SportsBags | Packing::Holdalls => (3.0, "textile", true),
            Packing::Sacks => (1.5, "plastic", true),
            Packing::Suitcases => (4.0, "plastic", false),
            Packing::Crates => (18.0, "wood", false),
            _ => (6.0, "cardboard", false),
        };
        let room = if soft { [30.0, 12.0, 20.0] } else { [2.0 + wall; 3] };
        let size = [0, 1, 2].map(|axis| inside[axis] + 2.0 * room[axis]);
        let stack = stack.moved(room);
        let half = size.map(|s| s / 2.0);
        let shape = if soft { Shape::Pillow { half } } else { Shape::Box { half } };
        let mut skin = Solid::new(shape, half, material).hollow(wall);
        if soft {
            // The bricks' corners press the cloth outwards: it is no further in than they are.
            let (low, high) = stack.bounds();
            let held = Solid::cuboid([low[0], high[0]], [low[1], high[1]], [low[2], high[2]], material);
            skin = skin.without(held.body);
        }
        Some(Parcel { size, own: stack.own, wrap: vec![skin] })
    }

    /// A tray of up to six tins of 157 by 178 mm (the catering size, 3 litres), filled to the brim.
    fn tins(&self, left_kg: f64, draw: &mut Draw) -> Option<Parcel> {
        const SHEET: f64 = 0.4;
        let (radius, high) = (78.5, 178.0);
        let inner = Shape::Cylinder { radius: radius - 1.0, half: high / 2.0 - 6.0 };
        let n = (left_kg / (inner.volume() * self.per_mm3)).round().min(6.0);
        if n < 1.0 {
            return None;
        }
        let n = n as usize;
        let mut parcel = Parcel { size: [490.0, 192.0, 333.0], ..Parcel::default() };
        for place in 0..n {
            let (along, behind) = ((place % 3) as f64, (place / 3) as f64);
            let centre = [85.0 + along * 160.0, 6.0 + high / 2.0, 86.0 + behind * 161.0];
            parcel.own.push(self.of(Solid::new(inner.clone(), centre, self.material), draw));
            let tin = Solid::new(Shape::Cylinder { radius, half: high / 2.0 }, centre, "steel");
            parcel.wrap.push(tin.hollow(SHEET));
        }
        let board = Solid::cuboid([0.0, 490.0], [0.0, 5.0], [0.0, 333.0], "cardboard");
        parcel.wrap.push(board);
        Some(parcel)
    }

    /// A plastic tube of 110 mm (the usual drain pipe), up to a metre long, along x.
    fn tube(&self, left_kg: f64, draw: &mut Draw) -> Option<Parcel> {
        let radius = 55.0;
        let inside = radius - 3.5;
        let per_mm = std::f64::consts::PI * inside * inside * self.per_mm3;
        let long = draw.range(600.0, 1000.0).min(left_kg / per_mm);
        if long < 40.0 {
            return None;
        }
        let size = [long + 12.0, 2.0 * radius, 2.0 * radius];
        let centre = size.map(|s| s / 2.0);
        let along = |radius: f64, half: f64, material: &'static str| {
            let shape = Shape::Cylinder { radius, half };
            Solid::new(shape, centre, material).turned(Axis::Z, std::f64::consts::FRAC_PI_2)
        };
        let goods = self.of(along(inside, long / 2.0, self.material), draw);
        let shell = along(radius, long / 2.0 + 6.0, "plastic");
        let core = along(inside + 0.2, long / 2.0 + 0.5, "plastic").body;
        Some(Parcel { size, own: vec![goods], wrap: vec![shell.without(core)] })
    }
}
