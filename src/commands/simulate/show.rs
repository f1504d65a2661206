//! What `portray simulate` prints and ends: presets, words that scenario files may use, a scanner's properties.

use crate::scan::{Error, LoadClass};
use crate::simulate::{
    ContainerKind, Family, Goods, ScannerModel, Vehicle, density, materials, places, presets, properties,
};
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::io::Write;

/// Words that scenario files are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum Words {
    /// Families of cargo.
    Families,
    /// Classes of hidden loads, each with its places.
    Places,
    /// Kinds of goods, each with its material.
    Goods,
    /// Materials, each with its density.
    Materials,
    /// Types of containers.
    Containers,
    /// What carries them.
    Vehicles,
}

pub(super) fn words(of: Words, out: &mut dyn Write) -> Result<()> {
    let lines: Vec<String> = match of {
        Words::Families => Family::ALL.iter().map(|family| family.as_str().to_owned()).collect(),
        Words::Places => {
            LoadClass::ALL.iter().map(|class| format!("{:<20} {}", class.as_str(), places(*class).join(", "))).collect()
        }
        Words::Goods => Goods::ALL.iter().map(|goods| format!("{:<20} {}", goods.as_str(), goods.material())).collect(),
        Words::Materials => materials()
            .into_iter()
            .map(|material| Ok(format!("{material:<20} {:.2} g/cm3", density(material)?)))
            .collect::<crate::scan::Result<_>>()?,
        Words::Containers => ContainerKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
        Words::Vehicles => Vehicle::ALL.iter().map(|vehicle| vehicle.as_str().to_owned()).collect(),
    };
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

pub(super) fn presets_list(out: &mut dyn Write) -> Result<()> {
    writeln!(out, "scenarios")?;
    for preset in presets::SCENARIOS {
        let description = presets::scenario(preset.name)?.map(|s| s.description.clone()).unwrap_or_default();
        writeln!(out, "  {:<20} {description}", preset.name)?;
    }
    writeln!(out, "scanners")?;
    for preset in presets::SCANNERS {
        let description = presets::scanner(preset.name)?.map(|s| s.description.clone()).unwrap_or_default();
        writeln!(out, "  {:<20} {description}", preset.name)?;
    }
    Ok(())
}

/// A built-in file's text: something to begin a file of one's own with.
pub(super) fn preset(name: &str, out: &mut dyn Write) -> Result<()> {
    let Some(preset) = presets::SCENARIOS.iter().chain(presets::SCANNERS).find(|preset| preset.name == name) else {
        let error = Error::parameter(format!("there is no built-in scenario or scanner {name:?}")).at("--print-preset");
        bail!(error.help("--list-presets shows what is built in"));
    };
    Ok(out.write_all(preset.text.as_bytes())?)
}

pub(super) fn measured(scanner: &ScannerModel, out: &mut dyn Write) -> Result<()> {
    let found = properties(scanner)?;
    writeln!(out, "scanner                {}", scanner.name)?;
    let energies: Vec<String> = found.effective_mev.iter().map(|mev| format!("{mev:.2} MeV")).collect();
    writeln!(out, "effective energy       {}", energies.join(" and "))?;
    writeln!(out, "noise in air           {:.2} % a pixel", found.air_noise_percent)?;
    writeln!(out, "steel penetration      {:.0} mm", found.penetration_mm)?;
    writeln!(out, "contrast sensitivity   {:.1} % behind 100 mm of steel", found.contrast_percent)?;
    if let Some(apart) = found.separation {
        writeln!(out, "polyethylene and steel {apart:.1} standard deviations apart, 20 to 100 g/cm2")?;
    }
    Ok(())
}
