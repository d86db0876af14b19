//! Simulated desk phones: each registers, answers by itself, speaks, and at some of them sits a person who clicks 拨打.
mod desk;
mod hand;
mod phone;

use crate::config::PhonesConfig;
use crate::journal::Journal;
use crate::talk::Talk;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

pub use desk::DeskCounts;

/// Runs all phones until `stop`; tells what the desks asked for and were answered.
pub fn run(config: &PhonesConfig, stop: &Arc<AtomicBool>) -> anyhow::Result<DeskCounts> {
    let journal = Journal::open(&config.log)?;
    let talk = Talk::default();
    let beat = talk.start("phones-rtp")?;
    let extensions = config.first..config.first.saturating_add(config.count);
    let mut phones: Vec<JoinHandle<anyhow::Result<()>>> = Vec::new();
    let mut desks: Vec<JoinHandle<DeskCounts>> = Vec::new();
    for (number, extension) in (0_u64..).zip(extensions) {
        let (phone, line) = phone::Phone::new(config, extension, talk.clone(), journal.clone())?;
        let ends = Arc::clone(stop);
        let name = format!("phone-{extension}");
        phones.push(
            std::thread::Builder::new()
                .name(name)
                .spawn(move || phone.run(&ends))?,
        );
        if let Some(desk) = &config.desk {
            let desk = desk::Desk::new(desk, extension, config.seed ^ number, line);
            let ends = Arc::clone(stop);
            let name = format!("desk-{extension}");
            desks.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || desk.run(&ends))?,
            );
        }
    }
    let mut counts = DeskCounts::default();
    for desk in desks {
        counts.add(
            desk.join()
                .map_err(|_panic| anyhow::anyhow!("a desk panicked"))?,
        );
    }
    for phone in phones {
        phone
            .join()
            .map_err(|_panic| anyhow::anyhow!("a phone panicked"))??;
    }
    talk.stop();
    beat.join()
        .map_err(|_panic| anyhow::anyhow!("the sound thread panicked"))?;
    Ok(counts)
}
