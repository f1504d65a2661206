//! A motor car: shell of sheet steel, glass, engine and gearbox across the front, wheels, seats, tank, battery.

use super::metal;
use super::piece::{Piece, Span};
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Placed, Shape as Solidity, Vector};
use crate::simulate::texture::{Cells, Texture};

/// What the car looks like from the side; mm, front at x = 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) long: f64,
    pub(super) high: f64,
    pub(super) wide: f64,
    /// Middle of the front and the back wheels.
    axles: [f64; 2],
    /// Where the roof begins and ends, and where the back window meets the body.
    roof: [f64; 3],
    wheel: f64,
}

impl Shape {
    /// A hatchback, a saloon or an off-road car.
    pub(super) fn draw(draw: &mut Draw) -> Self {
        let (long, high, wheel, tail, drop) = match draw.below(3) {
            0 => (draw.range(3650.0, 4150.0), draw.range(1400.0, 1500.0), 295.0, 480.0, 150.0),
            1 => (draw.range(4350.0, 4700.0), draw.range(1390.0, 1450.0), 310.0, 1150.0, 680.0),
            _ => (draw.range(4300.0, 4750.0), draw.range(1620.0, 1760.0), 355.0, 260.0, 90.0),
        };
        let axles = [0.19 * long + 20.0, long - 0.18 * long];
        Self {
            long,
            high,
            wide: draw.range(1690.0, 1830.0),
            axles,
            roof: [0.41 * long, long - tail, long - drop],
            wheel,
        }
    }
}

fn thin(piece: &mut Piece, density: f64) {
    piece.solids.last_mut().into_iter().for_each(|solid| solid.density = density);
}

/// A sheet between two points of the side view, `thick` mm upwards, seen edge on over the whole width.
fn strip(piece: &mut Piece, from: [f64; 2], to: [f64; 2], thick: f64, z: Span, material: &'static str) {
    piece.plate(&[from, to, [to[0], to[1] + thick], [from[0], from[1] + thick]], z, material);
}

/// The car on its wheels, chocks before and behind them.
pub(super) fn car(shape: &Shape, draw: &mut Draw) -> Piece {
    let Shape { long, high, wide, axles, roof, wheel } = *shape;
    let mut piece = Piece::new([long, high, wide]);
    body(&mut piece, shape);
    for (number, x) in axles.into_iter().enumerate() {
        for (near, inside) in [(100.0, 1.0), (wide - 100.0, -1.0)] {
            let hub: Vector = [x, wheel, near];
            // Tread and sidewalls, and the steel belt between them: 9 kg of tyre.
            piece.ring(hub, Axis::Z, 92.0, [wheel - 17.0, wheel - 1.0], "rubber");
            piece.ring(hub, Axis::Z, 84.0, [wheel - 20.0, wheel - 18.0], "steel");
            thin(&mut piece, 0.5);
            piece.ring(hub, Axis::Z, 90.0, [wheel - 105.0, wheel - 21.0], "rubber");
            thin(&mut piece, 0.13);
            piece.ring(hub, Axis::Z, 80.0, [wheel - 120.0, wheel - 106.0], "steel");
            thin(&mut piece, 0.45);
            // Five spokes between the rim and the hub.
            let face = near - inside * 40.0;
            piece.ring([x, wheel, face], Axis::Z, 14.0, [42.0, 72.0], "aluminium");
            let turn: f64 = draw.range(0.0, 1.2);
            for spoke in 0..5 {
                let (sin, cos) = (turn + f64::from(spoke) * std::f64::consts::TAU / 5.0).sin_cos();
                let end = |r: f64| [x + r * cos, wheel + r * sin, face];
                piece.bar(end(75.0), end(wheel - 124.0), 15.0, "aluminium");
            }
            piece.ring([x, wheel, near + inside * 20.0], Axis::Z, 10.0, [40.0, 132.0], "iron");
            piece.rod([x, wheel, near + inside * 40.0], Axis::Z, 60.0, 38.0, "steel");
            let top = if number == 0 { 780.0 } else { 640.0 };
            piece.bar(
                [x + 10.0, wheel + 70.0, near + inside * 140.0],
                [x + 45.0, top, near + inside * 170.0],
                24.0,
                "steel",
            );
        }
        piece.rod(
            [x + 25.0, wheel - 30.0, wide / 2.0],
            Axis::Z,
            wide / 2.0 - 260.0,
            if number == 0 { 18.0 } else { 40.0 },
            "steel",
        );
        if number == 1 {
            thin(&mut piece, 0.5);
        }
        for side in [-1.0, 1.0] {
            let at = x + side * (wheel * 0.72 + 60.0);
            piece.block([at - 45.0, at + 45.0], [0.0, 75.0], [10.0, wide - 10.0], "wood");
        }
    }
    // Engine and gearbox lie across the front.
    let motor = metal::engine(draw).quarter();
    let before = axles[0] - 330.0;
    let end = motor.size[2];
    piece.join(motor, [before, 165.0, 230.0]);
    let case = metal::gearbox(draw);
    if 250.0 + end + case.size[0] < wide - 150.0 {
        piece.join(case.quarter(), [before + 50.0, 180.0, 225.0 + end]);
    }
    piece.block([230.0, 275.0], [300.0, 660.0], [0.25 * wide, 0.78 * wide], "aluminium");
    thin(&mut piece, 0.22);
    piece.block([before - 10.0, before + 200.0], [590.0, 760.0], [60.0, 225.0], "lead");
    thin(&mut piece, 0.42);
    cabin(&mut piece, shape, draw);
    // Exhaust along, silencer at the end; the tank before the back axle with what fuel is left.
    piece.ring(
        [f64::midpoint(axles[0] + 400.0, long - 700.0), 175.0, 0.62 * wide],
        Axis::X,
        (long - 1100.0 - axles[0]) / 2.0,
        [22.0, 25.0],
        "steel",
    );
    piece.rod([long - 420.0, 250.0, 0.72 * wide], Axis::X, 210.0, 85.0, "steel");
    thin(&mut piece, 0.12);
    let tank: Span = [axles[1] - wheel - 480.0, axles[1] - wheel - 60.0];
    piece.shell(tank, [205.0, 395.0], [0.2 * wide, 0.75 * wide], 5.0, "plastic");
    piece.block(
        [tank[0] + 6.0, tank[1] - 6.0],
        [211.0, 211.0 + draw.range(10.0, 90.0)],
        [0.21 * wide, 0.74 * wide],
        "oil",
    );
    // The spare wheel lies in the boot; used cars are often filled with things.
    piece.ring([long - 420.0, 470.0, wide / 2.0], Axis::Y, 70.0, [0.58 * wheel, wheel - 20.0], "rubber");
    thin(&mut piece, 0.5);
    if draw.chance(0.3) {
        let content = Content {
            material: "textile",
            density: draw.range(0.4, 1.0),
            amplitude: 0.6,
            grain: [110.0, 80.0],
            slack: 0.0,
        };
        piece.goods([roof[1] - 350.0, long - 260.0], [550.0, 0.62 * high], [0.2 * wide, 0.8 * wide], content, draw);
    }
    piece
}

/// Sheets, pillars, bumpers and glass.
fn body(piece: &mut Piece, shape: &Shape) {
    let Shape { long, high, wide, axles, roof, wheel } = *shape;
    let belt = 0.62 * high;
    let inner: Span = [60.0, wide - 60.0];
    let screen = 0.27 * long;
    // Bonnet and roof are arched: sheets from one point of their curve to the next.
    let bonnet = [[70.0, belt - 250.0], [190.0, belt - 170.0], [0.6 * screen, belt - 70.0], [screen, belt + 20.0]];
    let run = roof[1] - roof[0];
    let arch = [
        [roof[0], high - 64.0],
        [roof[0] + 0.18 * run, high - 30.0],
        [roof[0] + 0.5 * run, high - 18.0],
        [roof[0] + 0.8 * run, high - 32.0],
        [roof[1], high - 62.0],
    ];
    for curve in [&bonnet[..], &arch[..]] {
        for pair in curve.windows(2) {
            strip(piece, pair[0], pair[1], 14.0, [100.0, wide - 100.0], "steel");
            thin(piece, 0.11);
        }
    }
    strip(piece, [screen, belt + 45.0], [roof[0], high - 64.0], 7.0, [110.0, wide - 110.0], "glass");
    strip(piece, [roof[1], high - 62.0], [roof[2], belt + 60.0], 7.0, [130.0, wide - 130.0], "glass");
    strip(piece, [roof[2] - 20.0, belt + 40.0], [long - 60.0, belt + 10.0], 14.0, inner, "steel");
    thin(piece, 0.11);
    // Floor, bulkhead, back wall.
    piece.block([screen - 60.0, long - 120.0], [196.0, 203.0], [110.0, 0.19 * wide], "steel");
    piece.block([screen - 60.0, long - 120.0], [400.0, 403.0], [0.2 * wide, wide - 110.0], "steel");
    thin(piece, 0.5);
    piece.block([screen - 40.0, screen - 36.0], [300.0, belt], [110.0, wide - 110.0], "steel");
    piece.block([long - 75.0, long - 68.0], [300.0, belt], inner, "steel");
    thin(piece, 0.3);
    for (x, y) in [([20.0, 90.0], [350.0, 520.0]), ([long - 65.0, long - 8.0], [360.0, 540.0])] {
        piece.block(x, y, [80.0, wide - 80.0], "plastic");
        thin(piece, 0.25);
        piece.block([x[0] + 10.0, x[1] - 10.0], [y[1] + 5.0, y[1] + 70.0], [160.0, wide - 160.0], "steel");
        thin(piece, 0.15);
    }
    // Sides: outer and inner sheet as one, without the wheel arches; sills, pillars, side windows.
    for z in [[8.0, 11.0], [wide - 11.0, wide - 8.0]] {
        let corners =
            [[60.0, 300.0], [long - 60.0, 300.0], [long - 20.0, belt], [screen, belt + 28.0], [40.0, belt - 220.0]];
        piece.plate(&corners, z, "steel");
        let middle = f64::midpoint(z[0], z[1]);
        for x in axles {
            let arch = Solidity::Cylinder { radius: wheel + 45.0, half: 2.0 };
            let arch = Placed::new(arch, [x, wheel + 20.0, middle]).turned(Axis::X, std::f64::consts::FRAC_PI_2);
            piece.solids.last_mut().into_iter().for_each(|s| s.cuts.push(arch.clone()));
        }
        let at = if z[0] < 20.0 { 105.0 } else { wide - 105.0 };
        for (from, to) in [
            ([screen, belt + 35.0], [roof[0], high - 72.0]),
            ([0.5 * (roof[0] + roof[1]) + 120.0, 330.0], [0.5 * (roof[0] + roof[1]), high - 36.0]),
            ([roof[2] - 40.0, belt + 40.0], [roof[1] - 40.0, high - 72.0]),
        ] {
            piece.bar([from[0], from[1], at], [to[0], to[1], at], 34.0, "steel");
            let pillar = piece.solids.pop().map(|s| s.bored(31.0));
            piece.solids.extend(pillar);
        }
        // Doors: a beam against impacts, the window's motor and the lock.
        for (from, to) in
            [(screen + 200.0, 0.5 * (roof[0] + roof[1]) + 40.0), (0.5 * (roof[0] + roof[1]) + 190.0, axles[1] - 120.0)]
        {
            let door = if z[0] < 20.0 { 30.0 } else { wide - 30.0 };
            piece.bar([from, 500.0, door], [to, 560.0, door], 16.0, "steel");
            thin(piece, 0.35);
            piece.rod([f64::midpoint(from, to), 0.5 * (560.0 + belt), door], Axis::Z, 12.0, 42.0, "steel");
            thin(piece, 0.6);
            piece.block([to - 60.0, to - 5.0], [belt - 170.0, belt - 90.0], [door - 9.0, door + 9.0], "steel");
            thin(piece, 0.6);
        }
        let sill = if z[0] < 20.0 { [20.0, 110.0] } else { [wide - 110.0, wide - 20.0] };
        piece.shell([axles[0] + wheel + 60.0, axles[1] - wheel - 60.0], [190.0, 295.0], sill, 2.5, "steel");
        let pane = if z[0] < 20.0 { [40.0, 44.0] } else { [wide - 44.0, wide - 40.0] };
        piece.plate(
            &[
                [screen + 260.0, belt + 45.0],
                [roof[2] - 160.0, belt + 45.0],
                [roof[1] - 90.0, high - 50.0],
                [roof[0] + 90.0, high - 50.0],
            ],
            pane,
            "glass",
        );
    }
}

/// Seats, dashboard, steering wheel.
fn cabin(piece: &mut Piece, shape: &Shape, draw: &mut Draw) {
    let Shape { long, high, wide, axles, .. } = *shape;
    let screen = 0.27 * long;
    // The dashboard: a beam across the car, ducts, the heater, instruments before the driver.
    piece.plate(
        &[
            [screen + 20.0, 0.47 * high],
            [screen + 180.0, 0.44 * high],
            [screen + 330.0, 0.53 * high],
            [screen + 250.0, 0.6 * high],
            [screen + 40.0, 0.61 * high],
        ],
        [130.0, wide - 130.0],
        "plastic",
    );
    let beam = [screen + 170.0, 0.535 * high, 0.5 * wide];
    let across = super::piece::rod(beam, Axis::Z, 0.5 * wide - 132.0, 27.0, "steel");
    piece.solids.last_mut().into_iter().for_each(|s| {
        s.density = 0.16;
        s.cuts.push(across.body.clone());
    });
    piece.add(across.bored(24.0));
    let heater = [[screen + 30.0, screen + 270.0], [0.27 * high, 0.43 * high], [0.42 * wide, 0.62 * wide]];
    let parts =
        Cells { size: [120.0, 110.0, 200.0], jitter: 10.0, design: draw.seed(), contrast: 4.0, seed: draw.seed() };
    piece.arranged(heater, ("plastic", 0.25), Texture::Cells(parts));
    piece.ring([screen + 420.0, 0.57 * high, 0.28 * wide], Axis::X, 12.0, [165.0, 188.0], "plastic");
    let wheel = piece.solids.pop().map(|s| s.turned(Axis::Z, 0.45));
    piece.solids.extend(wheel);
    let front = 0.44 * long;
    let back = axles[1] - 480.0;
    for (x, sides) in
        [(front, vec![[0.12 * wide, 0.42 * wide], [0.58 * wide, 0.88 * wide]]), (back, vec![[0.1 * wide, 0.9 * wide]])]
    {
        let tilt = draw.range(0.2, 0.5);
        for z in sides {
            piece.cushion([x, x + 500.0], [410.0, 560.0], z, "foam", 3.0);
            let pivot = [x + 480.0, 580.0, f64::midpoint(z[0], z[1])];
            let parts = piece.solids.len();
            piece.cushion([x + 435.0, x + 560.0], [580.0, 0.78 * high], z, "foam", 3.0);
            // The head rest on its two rods.
            let (top, middle) = (0.78 * high, f64::midpoint(z[0], z[1]));
            piece.cushion(
                [x + 460.0, x + 545.0],
                [top + 25.0, top + 165.0],
                [middle - 130.0, middle + 130.0],
                "foam",
                3.5,
            );
            for side in [middle - 60.0, middle + 60.0] {
                piece.rod([x + 500.0, top + 12.0, side], Axis::Y, 11.0, 5.0, "steel");
            }
            for part in piece.solids.iter_mut().skip(parts) {
                *part = part.clone().turned_about(pivot, Axis::Z, -tilt);
            }
            for side in [z[0] + 30.0, z[1] - 30.0] {
                let (sin, cos) = tilt.sin_cos();
                let up = 0.8 * high - 580.0;
                piece.bar(
                    [pivot[0] + 90.0, 580.0, side],
                    [pivot[0] + 90.0 + up * sin, 580.0 + up * cos, side],
                    11.0,
                    "steel",
                );
                piece.bar([x + 30.0, 405.0, side], [x + 480.0, 405.0, side], 11.0, "steel");
            }
        }
    }
}

/// How far a raised car's nose reaches over the bonnet of the car before, mm.
pub(super) const OVERLAP: f64 = 930.0;

/// The car nose up on a timber frame, and the length it takes.
pub(super) fn raised(shape: &Shape, draw: &mut Draw) -> (Piece, f64) {
    let angle = draw.range(0.30, 0.36);
    let mut piece = car(shape, draw);
    // Without the chocks, which would turn with it.
    piece.solids.retain(|s| s.material != "wood");
    let pivot = [shape.axles[1], 0.0, shape.wide / 2.0];
    piece.solids = piece.solids.into_iter().map(|s| s.turned_about(pivot, Axis::Z, -angle)).collect();
    let low =
        |axis: usize, piece: &Piece| piece.solids.iter().map(|s| s.body.bounds().0[axis]).fold(f64::INFINITY, f64::min);
    let (left, under) = (low(0, &piece), low(1, &piece));
    let by = [-left, (2.0 - under).max(60.0), 0.0];
    piece.solids = piece.solids.into_iter().map(|s| s.moved(by)).collect();
    // A platform under the front wheels, its posts behind the bumper of the car below.
    let (sin, cos) = angle.sin_cos();
    let lever = shape.axles[1] - shape.axles[0];
    let under = [pivot[0] - lever * cos + shape.wheel * sin - left, lever * sin - 0.07 * shape.wheel + by[1] - 6.0];
    let post = (under[0] + 20.0).max(OVERLAP + 15.0);
    piece.block([under[0] - 160.0, post + 300.0], [under[1] - 60.0, under[1]], [20.0, shape.wide - 20.0], "wood");
    for x in [post, post + 190.0] {
        for z in [30.0, shape.wide - 130.0] {
            piece.block([x, x + 100.0], [0.0, under[1] - 61.0], [z, z + 100.0], "wood");
        }
    }
    for x in [pivot[0] - left - 0.9 * shape.wheel - 100.0, pivot[0] - left + 0.8 * shape.wheel] {
        piece.block([x, x + 90.0], [0.0, 58.0], [20.0, shape.wide - 20.0], "wood");
    }
    let run = piece.solids.iter().map(|s| s.body.bounds().1[0]).fold(0.0, f64::max);
    (piece, run)
}
