// A job in a host of CLAP or VST3, block by block.
#pragma once

#include <memory>

#include "host.hpp"

// Player is one instance with its part of the host: play(), activate() and deactivate() are the plugin's.
template <typename Player, typename Factory>
void play_job(Factory* factory, int argc, char** argv) {
  Job job(argc, argv);
  Player player(factory, &job);
  std::unique_ptr<Job> job_beside;
  std::unique_ptr<Player> beside;
  if (job.beside != nullptr) {
    job_beside = std::make_unique<Job>(argc, argv);
    job_beside->state_in = job.beside;
    beside = std::make_unique<Player>(factory, job_beside.get());
  }
  player.describe();
  job.begin();
  for (size_t at = 0, n = 0; at < job.frames; at += n) {
    n = std::min(job.block, job.frames - at);
    player.play(at, n);
    if (beside != nullptr) beside->play(at, n);
    job.wait_for_the_next(n);
    if (!job.turns(at + n)) continue;
    player.deactivate();
    player.activate();
  }
  job.end();
  player.deactivate();
  if (job.lingers) player.flush_when_asked();
  job.print();
  if (job.state_out != nullptr) player.save(job.state_out);
  job.write_output(argv[3]);
  if (beside == nullptr) return;
  beside->deactivate();
  job_beside->write_output(argv[3] + std::string(".beside"));
}
