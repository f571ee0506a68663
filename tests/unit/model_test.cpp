// SPDX-License-Identifier: Apache-2.0
#include "tsu/model.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu {
namespace {

using test::Scratch;

Model Small() { return golden::RandomModel({8, 10, ParsePattern("G8"), 8, 2, 1}, test::Seed(), 3); }

std::string Refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::kBadInput) << e.what();
    return e.what();
  }
  return "accepted";
}

TEST(Model, ComesBackWhole) {
  const Scratch scratch;
  Model m = Small();
  m.training = R"({"seed":7})";
  SaveModel(scratch / "m", m);
  const Model back = LoadModel(scratch / "m");
  EXPECT_EQ(back.pattern, m.pattern);
  EXPECT_EQ(back.visible, m.visible);
  EXPECT_EQ(back.site_class, m.site_class);
  EXPECT_EQ(back.training, m.training);
  ASSERT_EQ(back.layers.size(), 2u);
  EXPECT_EQ(back.layers[1].j, m.layers[1].j);
  EXPECT_EQ(back.layers[1].h, m.layers[1].h);
  EXPECT_EQ(back.layers[1].c, m.layers[1].c);
  EXPECT_EQ(back.layers[1].schedule[1].beta, m.layers[1].schedule[1].beta);
}

TEST(Model, LabelCellsComeBackAndAreChecked) {
  const Scratch scratch;
  Model m = Small();
  for (std::size_t i = 0; i < m.site_class.size() && m.labels.size() < kClasses; ++i) {
    if (m.site_class[i] > 0) continue;
    m.site_class[i] = 2;
    m.labels.push_back(static_cast<std::int32_t>(i));
  }
  SaveModel(scratch / "m", m);
  EXPECT_EQ(LoadModel(scratch / "m").labels, m.labels);
  const auto refuse = [&](const std::function<void(Model&)>& damage, const std::string& what) {
    Model bad = m;
    damage(bad);
    EXPECT_NE(Refusal([&] { CheckModel(bad, "m"); }).find(what), std::string::npos) << what;
  };
  refuse([](Model& b) { b.labels.pop_back(); }, "ten sites a spot");
  refuse([](Model& b) { b.labels[3] = b.labels[4]; }, "taken twice");
  refuse([](Model& b) { b.labels[3] = b.visible[0]; }, "taken twice");
  refuse([](Model& b) { b.labels[3] = 80; }, "off the grid");
  refuse([](Model& b) { b.site_class[b.labels[3]] = 0; }, "has class 0");
}

TEST(Model, OtherNumberOfSweepsKeepsTheShapeOfTheSchedule) {
  Model m = Small();
  m.layers[0].schedule = {{0.9, 35}, {1.0, 36}, {1.2, 179}};
  for (const int sweeps : {10, 250, 1000}) {
    const auto schedule = WithSweeps(m, sweeps).layers[0].schedule;
    int total = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(schedule[k].beta, m.layers[0].schedule[k].beta);
      EXPECT_NEAR(schedule[k].sweeps, m.layers[0].schedule[k].sweeps * sweeps / 250.0, 1);
      total += schedule[k].sweeps;
    }
    EXPECT_NEAR(total, sweeps, 1);
  }
}

TEST(Model, EveryEdgeExpandsToItsTwoEnds) {
  const Model m = Small();
  const LayerWeights w = Expand(m, 0);
  const auto offsets = Offsets(m.pattern);
  int edges = 0;
  for (int i = 0; i < m.rows * m.cols; ++i) {
    for (std::size_t n = 0; n < offsets.size(); ++n) {
      const int j = w.j[static_cast<std::size_t>(i) * offsets.size() + n];
      if (j == 0) continue;
      const int other = i + offsets[n].dy * m.cols + offsets[n].dx;
      EXPECT_EQ(j, w.j[static_cast<std::size_t>(other) * offsets.size() + (n ^ 2)]);
      ++edges;
    }
  }
  int stored = 0;
  for (const auto j : m.layers[0].j) stored += j != 0;
  EXPECT_EQ(edges, 2 * stored);
}

TEST(Model, TruncatedAnywhereIsRefused) {
  const Scratch scratch;
  SaveModel(scratch / "m", Small());
  const Bytes bytes = ReadFile(scratch / "m");
  const std::string text(bytes.begin(), bytes.end());
  for (std::size_t cut = 0; cut < text.size(); cut += 1 + cut / 17) {
    const std::string path = scratch.Write("cut", text.substr(0, cut));
    EXPECT_NE(Refusal([&] { LoadModel(path); }), "accepted") << "cut to " << cut << " of " << text.size();
  }
}

TEST(Model, LyingHeadersAreRefused) {
  const Scratch scratch;
  SaveModel(scratch / "m", Small());
  const Bytes bytes = ReadFile(scratch / "m");
  const std::string text(bytes.begin(), bytes.end());
  const auto edit = [&](const std::string& from, const std::string& to) {
    std::string copy = text;
    const auto at = copy.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    copy.replace(at, from.size(), to);
    const std::uint64_t length = *reinterpret_cast<const std::uint64_t*>(text.data()) + to.size() - from.size();
    std::memcpy(copy.data(), &length, 8);
    return scratch.Write("edited", copy);
  };
  const std::pair<const char*, const char*> edits[] = {
      {R"(\"format_version\":1)", R"(\"format_version\":2)"},
      {R"(\"rows\":8)", R"(\"rows\":9)"},
      {R"(\"rows\":8)", R"(\"rows\":-8)"},
      {R"(\"rows\":8)", R"(\"rows\":4000000000)"},
      {R"(\"rows\":8)", R"(\"rows\":NaN)"},
      {R"(\"rows\":8)", R"(\"rows\":8.5)"},
      {R"(\"rows\":8)", R"(\"rows\":4294967304)"},
      {R"(\"rows\":8)", R"(\"rows\":\"8\")"},
      {R"(\"weight_bits\":8)", R"(\"weight_bits\":4)"},
      {R"(\"weight_bits\":8)", R"(\"weight_bits\":80)"},
      {R"(\"beta\":0.7)", R"(\"beta\":-1)"},
      {R"(\"beta\":0.7)", R"(\"beta\":1e999)"},
      {R"(\"rows\":8)", R"(\"rows\":8,\"rows\":8)"},
      {R"("visible":)", R"("visible":{},"visible":)"},
      {R"(\"signal\":[0)", R"(\"signal\":[-1)"},
      {R"(\"training\":{})", R"(\"training\":5)"},
      {R"("dtype":"I16")", R"("dtype":"F32")"},
      {R"("data_offsets":[0,)", R"("data_offsets":[8,)"},
      {R"("data_offsets":[0,)", R"("data_offsets":[-1,)"},
      {"__metadata__", "_metadata"},
      {"sites.class", "sites.klass"},
  };
  for (const auto& [from, to] : edits) {
    const std::string path = edit(from, to);
    EXPECT_NE(Refusal([&] { LoadModel(path); }), "accepted") << from << " -> " << to;
  }
  std::string huge = text;
  const std::uint64_t four_gigabytes = std::uint64_t{4} << 30;
  std::memcpy(huge.data(), &four_gigabytes, 8);
  const std::string path = scratch.Write("huge", huge);
  EXPECT_NE(Refusal([&] { LoadModel(path); }).find("claims"), std::string::npos);
}

TEST(Model, OneNeighbourIsOneEdge) {
  Model m = Small();
  m.pattern = {{0, 1}, {1, 0}};
  for (ModelLayer& layer : m.layers) layer.j.assign(layer.h.size() * 4, 0);
  EXPECT_NE(Refusal([&] { CheckModel(m, "here"); }).find("twice"), std::string::npos);
}

TEST(Model, DeepHeadersDoNotExhaustTheStack) {
  const Scratch scratch;
  SaveModel(scratch / "m", Small());
  const Bytes bytes = ReadFile(scratch / "m");
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  for (const std::string& key : {std::string(R"(\"training\":)"), std::string(R"(\"format_version\":)"), std::string(R"("dtype":)")}) {
    std::string copy(bytes.begin(), bytes.end());
    const auto at = copy.find(key);
    ASSERT_NE(at, std::string::npos) << key;
    const std::string quote = key.substr(0, key.find('"') + 1);
    copy.insert(at + key.size(), deep + ',' + quote + 'x' + quote + ':');
    const std::uint64_t length = *reinterpret_cast<const std::uint64_t*>(copy.data()) + copy.size() - bytes.size();
    std::memcpy(copy.data(), &length, 8);
    const std::string what = Refusal([&] { LoadModel(scratch.Write("deep", copy)); });
    EXPECT_NE(what.find("nested"), std::string::npos) << key << ": " << what;
  }
}

TEST(Model, DamagedHeadersNeverDoMoreThanFail) {
  const Scratch scratch;
  SaveModel(scratch / "m", Small());
  const Bytes bytes = ReadFile(scratch / "m");
  const std::size_t header = bytes.size() - 8 * 10 * (2 * (8 + 2) + 1) - 2 * 8 - 20 * 4;  // less J, h; c; sites; visible
  std::mt19937_64 random(test::Seed());
  int refused = 0;
  for (int round = 0; round < 1000; ++round) {
    std::string copy(bytes.begin(), bytes.end());
    for (int flips = 1 + round % 4; flips > 0; --flips) copy[random() % header] = static_cast<char>(random());
    const std::string path = scratch.Write("damaged", copy);
    refused += Refusal([&] { LoadModel(path); }) != "accepted";
  }
  EXPECT_GT(refused, 500);
}

TEST(Model, TensorsCoverTheFileOnce) {
  const Scratch scratch;
  SaveModel(scratch / "m", Small());
  const Bytes bytes = ReadFile(scratch / "m");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  const std::string data(bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length), bytes.end());
  const auto file = [&](const std::function<void(nlohmann::json&)>& edit, const std::string& more) {
    auto header = nlohmann::json::parse(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length));
    edit(header);
    const std::string text = header.dump();
    std::string whole(8, 0);
    const std::uint64_t size = text.size();
    std::memcpy(whole.data(), &size, 8);
    return scratch.Write("edited", whole + text + data + more);
  };
  EXPECT_EQ(Refusal([&] { LoadModel(file([](auto&) {}, "")); }), "accepted");
  EXPECT_NE(Refusal([&] { LoadModel(file([](auto&) {}, "x")); }).find("follow"), std::string::npos);
  const auto shared = [](auto& h) { h["layer1.c"]["data_offsets"] = h["layer0.c"]["data_offsets"]; };
  EXPECT_NE(Refusal([&] { LoadModel(file(shared, "")); }).find("overlap"), std::string::npos);
  const auto hidden = [](auto& h) { h["more"] = {{"dtype", "U8"}, {"shape", {4}}, {"data_offsets", {0, 4}}}; };
  EXPECT_NE(Refusal([&] { LoadModel(file(hidden, "")); }).find("overlap"), std::string::npos);
}

TEST(Model, InconsistentModelsAreRefused) {
  const std::pair<const char*, std::function<void(Model&)>> faults[] = {
      {"weight out of range", [](Model& m) { m.layers[0].j[0] = 128; }},
      {"weight off the grid", [](Model& m) { m.layers[0].j[(7 * 10 + 9) * 4] = 3; }},
      {"bias out of range", [](Model& m) { m.layers[1].h[5] = 3000; }},
      {"coupling of latents", [](Model& m) { m.layers[1].c[0] = 1; }},
      {"two pixels on a site", [](Model& m) { m.visible[1] = m.visible[0]; }},
      {"pixel off the grid", [](Model& m) { m.visible[1] = 80; }},
      {"pixel on a latent", [](Model& m) { m.site_class[m.visible[0]] = 0; }},
      {"visible site without pixel", [](Model& m) { m.site_class[1] = 1; }},
      {"class 4", [](Model& m) { m.site_class[1] = 4; }},
      {"even rule", [](Model& m) { m.pattern[0] = {1, 1}; }},
      {"odd columns", [](Model& m) { m.cols = 9; }},
      {"no layer", [](Model& m) { m.layers.clear(); }},
      {"no sweeps", [](Model& m) { m.layers[0].schedule[0].sweeps = 0; }},
      {"image of another size", [](Model& m) { m.image_rows = 2; }},
  };
  EXPECT_EQ(Refusal([] { CheckModel(Small(), "test"); }), "accepted");
  for (const auto& [name, fault] : faults) {
    Model m = Small();
    fault(m);
    EXPECT_NE(Refusal([&] { CheckModel(m, "test"); }), "accepted") << name;
  }
}

}  // namespace
}  // namespace tsu
