//! `zhunkehu-cloud`: the process at headquarters.
use clap::{Parser, Subcommand};
use std::io::Write as _;

#[derive(Parser)]
#[command(
    name = "zhunkehu-cloud",
    version,
    about = "准客呼 总部服务 / Zhunkehu at headquarters"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 打印接口文档 / Print the OpenAPI document
    Openapi,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Openapi => {
            let text = portal::openapi::to_text(&cloud::api::document());
            std::io::stdout().lock().write_all(text.as_bytes())?;
            Ok(())
        }
    }
}
