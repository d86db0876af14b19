//! What the link task promises: over a pipe in memory, and over a real broker that nobody here wrote.
mod broker;
mod cloud;
mod memory;
mod over_broker;

use super::{LinkHandle, SyncHealth};
use core::time::Duration;
use link::LinkPhase;

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(40);

async fn health_when(
    handle: &LinkHandle,
    what: &str,
    fits: impl FnMut(&SyncHealth) -> bool,
) -> SyncHealth {
    let mut watch = handle.watch();
    let found = tokio::time::timeout(PATIENCE, watch.wait_for(fits)).await;
    match found {
        Ok(health) => health.unwrap().clone(),
        Err(_) => panic!("never {what}: {:?}", handle.health()),
    }
}

async fn last_error_becomes(handle: &LinkHandle, code: &str) {
    let is_it = |health: &SyncHealth| health.link.last_error.is_some_and(|(last, _)| last == code);
    health_when(handle, code, is_it).await;
}

#[tokio::test]
async fn what_the_journal_holds_arrives_and_the_cursor_is_kept() {
    let world = memory::World::new(1_000);
    let handle = world.start();
    let health = health_when(&handle, "applied", |health| health.link.applied == 1_000).await;
    assert_eq!(health.link.phase, LinkPhase::Flowing);
    assert_eq!(health.link.last_error, None);
    assert_eq!(world.cloud_facts(), world.journal_facts());
    assert_eq!(world.journal_cursor().applied.seq, 1_000);
    world.append(50);
    health_when(&handle, "applied", |health| health.link.applied == 1_050).await;
    assert_eq!(world.cloud_facts(), world.journal_facts());
    world.stop().await;
}

#[tokio::test]
async fn a_broken_pipe_is_made_again_and_nothing_is_lost_or_doubled() {
    let world = memory::World::new(3_000);
    world.break_every(4);
    let handle = world.start();
    health_when(&handle, "applied", |health| health.link.applied == 3_000).await;
    assert_eq!(world.cloud_facts(), world.journal_facts());
    assert!(world.pipes_opened() > 1);
    world.stop().await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_is_said_and_read_again() {
    let world = memory::World::new(10);
    world.fail_reads(1);
    let handle = world.start();
    last_error_becomes(&handle, "journal_unreadable").await;
    health_when(&handle, "applied", |health| health.link.applied == 10).await;
    world.stop().await;
}

#[tokio::test]
async fn while_the_cloud_is_away_the_age_of_the_oldest_fact_grows() {
    let world = memory::World::new(5);
    world.refuse_pipes();
    let handle = world.start();
    let health = health_when(&handle, "an age", |health| {
        health.oldest_unacked_age_ms.is_some_and(|age| age > 0)
    })
    .await;
    assert_eq!(health.link.phase, LinkPhase::Offline);
    assert_eq!((health.link.head, health.link.applied), (5, 0));
    world.allow_pipes();
    let health = health_when(&handle, "applied", |health| {
        health.link.applied == 5 && health.oldest_unacked_age_ms.is_none()
    })
    .await;
    assert_eq!(health.link.drain_s, Some(0));
    world.stop().await;
}

#[tokio::test]
async fn a_signed_directive_reaches_the_inbox_and_a_forged_one_is_refused_and_shown() {
    let world = memory::World::new(1);
    let wish = messages::directive::FieldPolicySet {
        name: messages::directive::HqSees::Masked,
        number: messages::directive::HqSees::Never,
    };
    let box_id = memory::box_id();
    let utc = messages::UtcMs(1);
    let directive =
        messages::directive::Directive::new("hq", box_id, 1, utc, &wish.into()).unwrap();
    for seed in [66, 7] {
        world.send_directive(memory::signer(seed).sign(&directive).unwrap());
    }
    let handle = world.start();
    health_when(&handle, "kept and refused", |health| {
        (health.link.directives, health.link.directives_refused) == (1, 1)
    })
    .await;
    assert_eq!(world.directives_kept(), [1]);
    assert_eq!(world.directives_refused(), ["directive_unknown_key"]);
    world.stop().await;
}

#[tokio::test]
async fn metrics_are_sent_with_where_the_journal_stands() {
    let world = memory::World::new(5);
    let handle = world.start();
    health_when(&handle, "applied", |health| health.link.applied == 5).await;
    let metrics = world.metrics_when(|metrics| metrics.applied == 5).await;
    assert_eq!((metrics.head, metrics.calls_live), (5, 7));
    world.stop().await;
}

#[tokio::test]
async fn keys_are_offered_in_their_order_once_each_over_a_pipe_that_breaks() {
    let world = memory::World::new(5);
    world.break_every(3);
    let handle = world.start();
    let offers: Vec<_> = (1..=9).map(offer).collect();
    for offer in &offers {
        world.offer(offer.clone());
    }
    health_when(&handle, "applied", |health| health.link.applied == 14).await;
    assert_eq!(world.offers_when(offers.len()).await, offers);
    world.stop().await;
}

fn offer(n: u8) -> messages::lane::KeyOffer {
    messages::lane::KeyOffer {
        party: messages::PartyId::from_bytes([n; 16]),
        version: 1,
        key: messages::lane::OfferedKey::Wrapped(vec![n; 60]),
    }
}
