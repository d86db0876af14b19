//! Puts the built dashboard where it is embedded from; without Node there is none, and a placeholder is served.
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let web = Path::new("../web");
    let dist = web.join("dist");
    let watched = if dist.exists() { &dist } else { web };
    println!("cargo::rerun-if-changed={}", watched.display());
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    let pages = Path::new(&out).join("pages");
    if pages.exists() {
        fs::remove_dir_all(&pages)?;
    }
    fs::create_dir_all(&pages)?;
    if dist.exists() {
        copy(&dist, &pages)
    } else {
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
