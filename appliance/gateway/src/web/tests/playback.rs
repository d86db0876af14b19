//! Hearing a recording.
use super::world::{CONTENT, RECORDING, World, bytes_of, problem_of};
use axum::body::Body;
use axum::http::{Request, header};
use axum::response::Response;

async fn part(world: &World, cookie: &str, range: Option<&str>) -> Response {
    let path = format!("/api/v1/recordings/{RECORDING}/audio");
    let mut request = Request::get(path).header(header::COOKIE, cookie);
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    world.ask(request.body(Body::empty()).unwrap()).await
}

fn played(world: &World) -> usize {
    let kinds = world.newest_kinds(100);
    kinds
        .iter()
        .filter(|kind| *kind == "recording_played")
        .count()
}

#[tokio::test]
async fn any_part_of_the_wav_can_be_had_and_fits_the_whole() {
    let world = World::new();
    let agent = world.agent();
    let whole = part(&world, &agent, None).await;
    assert_eq!(whole.status().as_u16(), 200);
    assert_eq!(whole.headers()[header::CONTENT_TYPE], "audio/wav");
    assert_eq!(whole.headers()[header::ACCEPT_RANGES], "bytes");
    let whole = bytes_of(whole).await;
    assert_eq!(&whole[..4], b"RIFF");
    assert_eq!(whole.len(), 44 + CONTENT * 2);
    for (range, first, last) in [
        ("bytes=0-", 0, whole.len() - 1),
        ("bytes=10-99", 10, 99),
        ("bytes=70001-", 70_001, whole.len() - 1),
        ("bytes=-7", whole.len() - 7, whole.len() - 1),
    ] {
        let response = part(&world, &agent, Some(range)).await;
        assert_eq!(response.status().as_u16(), 206);
        let place = format!("bytes {first}-{last}/{}", whole.len());
        assert_eq!(response.headers()[header::CONTENT_RANGE], place.as_str());
        assert_eq!(bytes_of(response).await, whole[first..=last], "{range}");
    }
    let outside = part(&world, &agent, Some("bytes=9999999-")).await;
    assert_eq!(
        outside.headers()[header::CONTENT_RANGE],
        format!("bytes */{}", whole.len()).as_str()
    );
    assert_eq!(problem_of(outside).await, (416, "range_outside".to_owned()));
}

#[tokio::test]
async fn each_playback_is_a_fact_and_going_on_with_it_is_none() {
    let world = World::new();
    let agent = world.agent();
    bytes_of(part(&world, &agent, Some("bytes=5000-")).await).await;
    assert_eq!(played(&world), 1);
    bytes_of(part(&world, &agent, Some("bytes=9000-")).await).await;
    assert_eq!(played(&world), 1);
    bytes_of(part(&world, &agent, None).await).await;
    assert_eq!(played(&world), 2);
    let other_device = world.agent();
    bytes_of(part(&world, &other_device, Some("bytes=5000-")).await).await;
    assert_eq!(played(&world), 3);
    world.clock.advance(core::time::Duration::from_mins(5));
    bytes_of(part(&world, &agent, Some("bytes=5000-")).await).await;
    assert_eq!(played(&world), 4);
}
