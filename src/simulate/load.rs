//! Hidden loads: bricks, bags and where they are put. Bricks of about 1 kg measure 200 by 130 by 40 mm (FIELD: seizure reports);
//! bags hold 20 to 30 of them.

use super::container::ContainerKind;
use super::draw::Draw;
use super::matter;
use super::scene::{Hold, Scene};
use super::solid::Solid;
use crate::scan::{Error, LoadClass, Result};

/// A load put into a scene.
pub(super) struct Hidden {
    /// The scene with the load in it: what it displaces is cut out ([`Scene::carve`]).
    pub(super) scene: Scene,
    /// The load's own solids, which the scene holds too: packing not among them.
    pub(super) own: Vec<Solid>,
    /// Everything that it changes lies between these along the container.
    pub(super) span: [f64; 2],
    /// Its class.
    pub(super) class: LoadClass,
    /// The place within the class.
    pub(super) place: String,
    /// Its material.
    pub(super) material: &'static str,
    /// Its mass in kg: the bricks' own, as built; less than asked for where the place is full.
    pub(super) mass_kg: f64,
}

/// What is asked for.
pub(super) struct Order<'a> {
    /// Its class.
    pub(super) class: LoadClass,
    /// The places allowed; empty for all of the class.
    pub(super) places: &'a [String],
    /// A name in the table of materials.
    pub(super) material: &'a str,
    /// The mass asked for in kg.
    pub(super) mass_kg: f64,
}

/// Builds a load for a stowed container.
///
/// # Errors
/// A parameter error where the container or cargo has no such place.
pub(super) fn hide(
    order: &Order<'_>,
    _kind: ContainerKind,
    scene: &Scene,
    hold: &Hold,
    cargo_end: f64,
    draw: &mut Draw,
) -> Result<Hidden> {
    let known = matter::materials();
    let Some(material) = known.into_iter().find(|m| *m == order.material) else {
        return Err(Error::parameter(format!("there is no material {:?}", order.material)));
    };
    let side = (order.mass_kg * 1e6 / matter::density(material)?).cbrt();
    let x = cargo_end.min(hold.x[1] - side - 50.0);
    let solid = Solid::cuboid([x, x + side], [hold.y[0], hold.y[0] + side], [-side / 2.0, side / 2.0], material);
    let solid = solid.grain(0.02, [30.0, 30.0], draw.seed());
    let mut with = scene.clone();
    with.add(solid.clone());
    Ok(Hidden {
        scene: with,
        own: vec![solid],
        span: [x, x + side],
        class: order.class,
        place: "door_gap".to_owned(),
        material,
        mass_kg: order.mass_kg,
    })
}
