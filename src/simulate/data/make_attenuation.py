"""Writes attenuation.toml: mass attenuation coefficients (coherent scattering included) from 10 keV to 10 MeV.

Needs the package xraylib (BSD licence; made with 4.3.0). Run it in this folder: python make_attenuation.py

Up to 0.8 MeV the coefficients are xraylib's. Above, where xraylib ends, they are the sum of

- incoherent scattering: O. Klein and Y. Nishina, Z. Phys. 52, 853 (1929), times the binding correction that
  xraylib has at 0.8 MeV, which fades as 1/E^2;
- pair production in the nuclear field: J. Baro, M. Roteta, J. M. Fernandez-Varea and F. Salvat, "Analytical cross
  sections for Monte Carlo simulation of photon transport", Radiat. Phys. Chem. 44, 531 (1994): Bethe and Heitler's
  cross section with exponential screening, the Coulomb correction of H. Davies, H. A. Bethe and L. C. Maximon, Phys.
  Rev. 93, 788 (1954), and a correction for low energies that follows the calculations of J. H. Hubbell, H. A. Gimm and
  I. Overbo, J. Phys. Chem. Ref. Data 9, 1023 (1980). The screening radius is Schiff's 111 Z^(-1/3);
- pair production in the field of the electrons: the fit of E. Haug, Z. Naturforsch. 36a, 413 (1981), to A.
  Borsellino's cross section;
- photoelectric absorption: the energy dependence of J. H. Hubbell, NSRDS-NBS 29 (1969), joined to xraylib at 0.8 MeV;
- coherent scattering: as 1/E^2 from 0.8 MeV on.

Every element has points of its own, as few as keep linear interpolation in log energy and log coefficient within
0.2 % of the formulas; an absorption edge is two points at one energy, below and above.
"""

from math import log, pi, sqrt, atan, exp
import xraylib

ELEMENTS = """H C N O F Na Mg Al Si P S Cl Ar K Ca Ti Cr Mn Fe Ni Cu Zn Ge Br Zr Mo Ag Cd Sn Sb I Cs Ba Gd W Au Pb Bi
U""".split()
LOWEST, JOIN, HIGHEST = 0.01, 0.8, 10.0
TOLERANCE = 0.002
ELECTRON_MEV = 0.51099895
FINE_STRUCTURE = 1 / 137.035999
RADIUS2_BARN = 0.0794078
AVOGADRO_BARN = 0.602214076


def klein_nishina(mev):
    """Barn per electron."""
    k = mev / ELECTRON_MEV
    l = log(1 + 2 * k)
    return 2 * pi * RADIUS2_BARN * (
        (1 + k) / k**2 * (2 * (1 + k) / (1 + 2 * k) - l / k) + l / (2 * k) - (1 + 3 * k) / (1 + 2 * k) ** 2
    )


def pair(mev, z):
    """Barn per atom, in the field of the nucleus."""
    k = mev / ELECTRON_MEV
    if k <= 2:
        return 0.0
    a = z * FINE_STRUCTURE
    a2 = a * a
    coulomb = a2 * (1 / (1 + a2) + 0.202059 - 0.03693 * a2 + 0.00835 * a2**2 - 0.00201 * a2**3 + 0.00049 * a2**4)
    q = sqrt(2 / k)
    low = (
        q * (-1.774 - 12.10 * a + 11.18 * a2)
        + q**2 * (8.523 + 73.26 * a - 44.41 * a2)
        + q**3 * (-13.52 - 121.1 * a + 96.41 * a2)
        + q**4 * (8.946 + 62.05 * a - 63.41 * a2)
    )
    radius = 111 * z ** (-1 / 3)
    g0 = 4 * log(radius) - 4 * coulomb + low

    def differential(e):
        b = radius / (2 * k * e * (1 - e))
        arc = b * atan(1 / b)
        bracket = b * b * (4 - 4 * arc - 3 * log(1 + 1 / b**2))
        g1 = 7 / 3 - 2 * log(1 + b * b) - 6 * arc - bracket
        g2 = 11 / 6 - 2 * log(1 + b * b) - 3 * arc + bracket / 2
        return 2 * (0.5 - e) ** 2 * max(g1 + g0, 0.0) + max(g2 + g0, 0.0)

    # Midpoints between 1/k and 1/2, where the electron's share of the energy is as likely as the positron's.
    count, first = 400, 1 / k
    step = (0.5 - first) / count
    integral = 2 * step * sum(differential(first + (i + 0.5) * step) for i in range(count))
    return FINE_STRUCTURE * RADIUS2_BARN * z * z * 1.0093 * 2 / 3 * integral


def triplet(mev):
    """Barn per electron."""
    k = mev / ELECTRON_MEV
    if k <= 4:
        return 0.0
    d = k - 4
    if k < 4.6:
        value = d * d * (5.6 + 20.4 * d - 10.9 * d**2 - 3.6 * d**3 + 7.4 * d**4) * 1e-3
    elif k < 6:
        value = 0.582814 - 0.29842 * k + 0.04354 * k**2 - 0.0012977 * k**3
    elif k < 18:
        value = (3.1247 - 1.3394 * k + 0.14612 * k**2) / (1 + 0.4648 * k + 0.016683 * k**2)
    else:
        l = log(2 * k)
        value = 28 / 9 * l - 218 / 27 + (-4 / 3 * l**3 + 3.863 * l**2 - 11 * l + 27.9) / k
    return FINE_STRUCTURE * RADIUS2_BARN * value


def photoelectric_shape(mev, z):
    """Barn per atom; the K shell's, as the other shells' share hardly changes above the join."""
    terms = (
        (1.6268e-9, -2.683e-12, 4.173e-2, 1),
        (1.5274e-9, -5.110e-13, 1.027e-2, 2),
        (1.1330e-9, -2.177e-12, 2.013e-2, 3.5),
        (-9.12e-11, 0, 0, 4),
    )
    return z**5 * sum((a + b * z) / (1 + c * z) * mev**-p for a, b, c, p in terms)


def weight(z):
    """g/mol; xraylib rounds hydrogen's to 1.01."""
    return 1.008 if z == 1 else xraylib.AtomicWeight(z)


def coefficient(mev, z):
    """cm2/g."""
    return by_xraylib_weights(mev, z) * xraylib.AtomicWeight(z) / weight(z)


def by_xraylib_weights(mev, z):
    """cm2/g, with xraylib's atomic weights."""
    if mev <= JOIN:
        return xraylib.CS_Total(z, mev * 1000)
    per_atom = AVOGADRO_BARN / xraylib.AtomicWeight(z)
    join = JOIN * 1000
    fading = (JOIN / mev) ** 2
    binding = xraylib.CS_Compt(z, join) / per_atom / (z * klein_nishina(JOIN)) - 1
    incoherent = z * klein_nishina(mev) * (1 + binding * fading)
    absorbed = xraylib.CS_Photo(z, join) * photoelectric_shape(mev, z) / photoelectric_shape(JOIN, z)
    coherent = xraylib.CS_Rayl(z, join) * fading
    return absorbed + coherent + per_atom * (incoherent + pair(mev, z) + z * triplet(mev))


def edges(z):
    shells = (xraylib.K_SHELL, xraylib.L1_SHELL, xraylib.L2_SHELL, xraylib.L3_SHELL)
    found = []
    for shell in shells:
        try:
            found.append(xraylib.EdgeEnergy(z, shell) / 1000)
        except ValueError:
            pass
    return sorted(e for e in found if LOWEST < e < JOIN)


def thin(points):
    """The fewest of the points (log energy, log coefficient) that keep interpolation within the tolerance."""
    kept, start = [points[0]], 0
    while start < len(points) - 1:
        reach = start + 1
        for end in range(start + 2, len(points)):
            (x0, y0), (x1, y1) = points[start], points[end]
            slope = (y1 - y0) / (x1 - x0)
            if any(abs(y0 + slope * (x - x0) - y) > TOLERANCE for x, y in points[start + 1 : end]):
                break
            reach = end
        kept.append(points[reach])
        start = reach
    return kept


def table(z):
    kept = []
    borders = [LOWEST, *edges(z), HIGHEST]
    for low, high in zip(borders, borders[1:]):
        # Inside the edges, as xraylib jumps up to 1e-4 beside the energies that it gives for them.
        inside = [low * (1 + 1e-4) if low > LOWEST else low, high * (1 - 1e-4) if high < HIGHEST else high]
        steps = max(2, round(log(high / low) / 0.01))
        energies = [inside[0] * (inside[1] / inside[0]) ** (i / steps) for i in range(steps + 1)]
        energies[-1] = inside[1]
        points = thin([(log(e), log(coefficient(e, z))) for e in energies])
        mev = [exp(x) for x, _ in points]
        mev[0], mev[-1] = low, high
        kept += zip(mev, (exp(y) for _, y in points))
    return kept


HEADER = f"""\
# Mass attenuation coefficients (coherent scattering included) in cm2/g over photon energies in MeV, 0.01 to 10.
# Origin: computed by make_attenuation.py beside this file, from the library xraylib (BSD licence, {xraylib.__version__}) up to
# 0.8 MeV and from published formulas above; the script names them. Licence: MIT OR Apache-2.0, as the program's.
# To be interpolated linearly in log energy and log coefficient; an absorption edge is two points at one energy.
# z is the atomic number, weight the atomic weight in g/mol.
"""

if __name__ == "__main__":
    with open("attenuation.toml", "w", encoding="ascii", newline="\n") as out:
        out.write(HEADER)
        for name in ELEMENTS:
            z = xraylib.SymbolToAtomicNumber(name)
            points = table(z)
            out.write(f"\n[{name}]\nz = {z}\nweight = {weight(z):.6g}\n")
            out.write("mev = [" + ", ".join(f"{e:.6g}" for e, _ in points) + "]\n")
            out.write("cm2_g = [" + ", ".join(f"{v:.5g}" for _, v in points) + "]\n")
