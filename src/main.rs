//! portray
fn main() {}
