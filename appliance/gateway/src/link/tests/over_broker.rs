//! The pipe over a real broker: it comes up, comes back, and says why it does not.
use super::{
    PATIENCE,
    broker::{Broker, make_hq, stdout},
    cloud::Cloud,
    health_when, last_error_becomes,
    memory::{MemoryJournal, box_id, config},
};
use crate::link::{LinkHandle, LinkSetup, LinkTask};
use link::LinkPhase;
use messages::lane::{Lane, Metrics};
use portal::{Clock, Tasks};

fn start(broker: &Broker, tasks: &Tasks) -> LinkHandle {
    let setup = LinkSetup {
        journal: MemoryJournal::new(20),
        metrics: Box::new(Metrics::default),
        clock: Clock::system(),
    };
    let config = config(&broker.address(), broker.certificates("sz-01"));
    LinkTask::start(config, setup, tasks).unwrap()
}

/// Hears one message of the lane at the broker, as the cloud would, and sends down its reply.
async fn answer_one(broker: &Broker, cloud: &mut Cloud, lane: Lane) {
    let heard = loop {
        let mut listen = broker.client("mosquitto_sub");
        listen.args(["-C", "1", "-N", "-t", &lane.topic(&box_id())]);
        let heard = stdout(listen).await;
        if !heard.is_empty() {
            break heard; // else the broker was not up yet
        }
    };
    let (lane, bytes) = cloud.hear(lane, &heard).unwrap();
    let file = broker.dir.path().join("reply");
    std::fs::write(&file, bytes).unwrap();
    let mut reply = broker.client("mosquitto_pub");
    reply.args(["-t", &lane.topic(&box_id()), "-f"]).arg(&file);
    stdout(reply).await;
}

#[tokio::test]
async fn the_link_comes_up_over_mosquitto_and_comes_back_after_it_was_killed() {
    let mut broker = Broker::new();
    let tasks = Tasks::new();
    let handle = start(&broker, &tasks);
    last_error_becomes(&handle, "connection_refused").await;
    let mut cloud = Cloud::new(box_id());
    broker.start();
    // HELLO is said again until somebody listens.
    answer_one(&broker, &mut cloud, Lane::Hello).await;
    health_when(&handle, "flowing", |health| {
        health.link.phase == LinkPhase::Flowing
    })
    .await;
    broker.kill().await;
    health_when(&handle, "offline", |health| {
        health.link.phase == LinkPhase::Offline
    })
    .await;
    broker.start();
    answer_one(&broker, &mut cloud, Lane::Hello).await;
    health_when(&handle, "flowing", |health| {
        health.link.phase == LinkPhase::Flowing
    })
    .await;
    assert!(tasks.shutdown(PATIENCE).await.is_empty());
}

#[tokio::test]
async fn a_broker_of_another_authority_is_not_trusted_and_the_box_says_so() {
    let mut broker = Broker::new();
    make_hq(&broker.dir.path().join("hq"));
    broker.start();
    let tasks = Tasks::new();
    let handle = start(&broker, &tasks);
    last_error_becomes(&handle, "broker_certificate_refused").await;
    assert!(tasks.shutdown(PATIENCE).await.is_empty());
}

#[tokio::test]
async fn an_own_certificate_that_ran_out_is_named_as_the_reason() {
    let mut broker = Broker::new();
    broker.let_expire("sz-01");
    broker.start();
    let tasks = Tasks::new();
    let handle = start(&broker, &tasks);
    last_error_becomes(&handle, "own_certificate_expired").await;
    assert!(tasks.shutdown(PATIENCE).await.is_empty());
}
