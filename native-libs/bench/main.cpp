// SPDX-License-Identifier: Apache-2.0
//
// Measures whatever standard input asks for; scripts/bench-native.ts asks, in turns with the same of other
// programs. A command is a line with tabs between its fields, and is answered by a line of JSON:
//   describe                               {"build":"...","levels":[{"name":"...","bound":true},...],
//                                           "peaks":["..."],"vnni":true}   the best level and peak last
//   load     ROWS DIMENSION FILE           {}   FILE: float32 of this machine, the query first
//   run      MILLISECONDS CONTENDER        {"best":ns,"median":ns,"calls":n,"operations":n}, by the time that the
//                                          process had a core, or with clock=wall by that on the wall
//   scores   FILE CONTENDER                {}   after a call; FILE receives float64
//   memory   CONTENDER                     {"before":bytes,"after":bytes,"workspace":bytes}, peaks around one call
// and {"error":"..."} where it fails. A data set ends all contenders of the one before.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "contender.h"
#include "rerank_compute.h"
#include "resident_memory.h"
#include "timing.h"

namespace {

using Fields = std::vector<std::string>;

class Server {
 public:
  std::string answer(const Fields &fields) {
    const std::string &command = fields[0];
    if (command == "describe") return describe();
    if (command == "load" && fields.size() == 4) return load(fields);
    if (command == "run" && fields.size() == 3) return run(std::atof(fields[1].c_str()), fields[2]);
    if (command == "scores" && fields.size() == 3) return write_scores(fields[1], fields[2]);
    if (command == "memory" && fields.size() == 2) return memory(fields[1]);
    return error("unknown command");
  }

 private:
  static std::string error(const std::string &sentence) { return "{\"error\":\"" + sentence + "\"}"; }

  static std::string describe() {
    std::string levels;
    for (const bench::Level &level : bench::runnable_library_levels()) {
      if (!levels.empty()) levels += ',';
      levels += "{\"name\":\"" + level.name + "\",\"bound\":" + (level.bound ? "true}" : "false}");
    }
    std::string peaks;
    for (const std::string &name : bench::peak_names()) peaks += (peaks.empty() ? "\"" : ",\"") + name + '"';
    return std::string("{\"build\":\"") + rerank_build_info() + "\",\"levels\":[" + levels + "],\"peaks\":[" +
           peaks + "],\"vnni\":" + (bench::has_vnni() ? "true}" : "false}");
  }

  std::string load(const Fields &fields) {
    contenders_.clear();
    const std::size_t rows = std::strtoull(fields[1].c_str(), nullptr, 10);
    data_.dimension = std::strtoull(fields[2].c_str(), nullptr, 10);
    data_.values.assign(rows * data_.dimension, 0);
    data_.values.shrink_to_fit();
    std::FILE *file = std::fopen(fields[3].c_str(), "rb");
    if (file == nullptr) return error("the file cannot be opened");
    const std::size_t read = std::fread(data_.values.data(), sizeof(float), data_.values.size(), file);
    std::fclose(file);
    return rows > 1 && read == data_.values.size() ? "{}" : error("the file is too short");
  }

  bench::Contender *find(const std::string &text) {
    std::unique_ptr<bench::Contender> &contender = contenders_[text];
    if (contender == nullptr) contender = bench::make_contender(bench::Specification(text), data_);
    return contender.get();
  }

  std::string run(double milliseconds, const std::string &text) {
    bench::Contender *const contender = find(text);
    if (contender == nullptr) return error("there is no such contender here");
    const bool by_the_wall = bench::Specification(text).has("clock", "wall");
    const bench::Timing timing =
        bench::time_calls(*contender, milliseconds, by_the_wall ? bench::Clock::wall : bench::Clock::processor);
    if (timing.failure != nullptr) return error(timing.failure);
    std::ostringstream answer;
    answer << "{\"best\":" << timing.best << ",\"median\":" << timing.median << ",\"calls\":" << timing.calls
           << ",\"operations\":" << contender->operations() << '}';
    return answer.str();
  }

  std::string write_scores(const std::string &path, const std::string &text) {
    bench::Contender *const contender = find(text);
    if (contender == nullptr) return error("there is no such contender here");
    std::ofstream file(path, std::ios::binary);
    const std::vector<double> &scores = contender->scores();
    file.write(reinterpret_cast<const char *>(scores.data()),
               static_cast<std::streamsize>(scores.size() * sizeof(double)));
    return file.flush() ? "{}" : error("the scores cannot be written");
  }

  std::string memory(const std::string &text) {
    bench::Contender *const contender = find(text);
    if (contender == nullptr) return error("there is no such contender here");
    const std::size_t before = bench::peak_resident_bytes();
    if (const char *failure = contender->call()) return error(failure);
    std::ostringstream answer;
    answer << "{\"before\":" << before << ",\"after\":" << bench::peak_resident_bytes()
           << ",\"workspace\":" << contender->workspace_bytes() << '}';
    return answer.str();
  }

  bench::DataSet data_;
  std::map<std::string, std::unique_ptr<bench::Contender>> contenders_;
};

}  // namespace

int main() {
  Server server;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream stream(line);
    Fields fields;
    for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
    if (fields.empty()) fields.emplace_back();
    std::cout << server.answer(fields) << std::endl;
  }
  return 0;
}
