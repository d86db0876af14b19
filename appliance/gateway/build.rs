//! Brings the built pages into `OUT_DIR`, so that cargo builds with and without them and writes nowhere else.
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let web =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../web");
    let pages = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("pages");
    let dist = web.join("dist");
    if pages.exists() {
        fs::remove_dir_all(&pages)?;
    }
    fs::create_dir_all(&pages)?;
    if dist.is_dir() {
        println!("cargo::rerun-if-changed={}", dist.display());
        copy(&dist, &pages)?;
    } else {
        println!("cargo::rerun-if-changed={}", web.display());
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
