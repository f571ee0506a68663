// SPDX-License-Identifier: Apache-2.0
#include "tsu/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

using test::Scratch;

Bytes Of(const std::string& text) { return {text.begin(), text.end()}; }

template <typename F>
Exit Failure(F&& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << "one line: " << e.what();
    return e.exit();
  }
  return Exit::kOk;
}

TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(Sha256(Of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256(Of(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Idx, ComesBackPlainAndPacked) {
  const Scratch scratch;
  Idx idx{{3, 4, 5}, Bytes(60)};
  for (std::size_t i = 0; i < idx.data.size(); ++i) idx.data[i] = static_cast<std::uint8_t>(i * 37);
  for (const char* name : {"a.idx", "a.idx.gz"}) {
    SaveIdx(scratch / name, idx);
    const Idx back = LoadIdx(scratch / name);
    EXPECT_EQ(back.shape, idx.shape);
    EXPECT_EQ(back.data, idx.data);
  }
  EXPECT_EQ(FindIdx(scratch / "", "a.idx"), scratch / "" + "/a.idx");
  EXPECT_EQ(scratch.files(), 2u) << "nothing is left aside";
}

TEST(Idx, BrokenFilesAreRefused) {
  const Scratch scratch;
  SaveIdx(scratch / "good", {{2, 3}, Bytes(6)});
  SaveIdx(scratch / "good.gz", {{2, 300}, Bytes(600)});
  const Bytes good = ReadFile(scratch / "good"), packed = ReadFile(scratch / "good.gz");
  const auto text = [](const Bytes& b) { return std::string(b.begin(), b.end()); };
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const std::string path = scratch.Write("cut", text(good).substr(0, cut));
    EXPECT_EQ(Failure([&] { LoadIdx(path); }), Exit::kBadInput) << "cut to " << cut;
  }
  for (std::size_t cut = 2; cut < packed.size(); ++cut) {
    const std::string path = scratch.Write("cut", text(packed).substr(0, cut));
    EXPECT_EQ(Failure([&] { LoadIdx(path); }), Exit::kBadInput) << "gzip cut to " << cut;
  }
  const std::string huge = scratch.Write("huge", std::string("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16));
  EXPECT_EQ(Failure([&] { LoadIdx(huge); }), Exit::kBadInput);
  EXPECT_EQ(Failure([&] { LoadIdx(scratch / "absent"); }), Exit::kBadInput);
  EXPECT_EQ(Failure([&] { FindIdx(scratch / "nowhere", "x"); }), Exit::kBadInput);
}

TEST(Idx, GzipOfManyMembersIsOneFile) {
  const Scratch scratch;
  SaveIdx(scratch / "a.gz", {{1, 300}, Bytes(300, 7)});
  const Bytes once = ReadFile(scratch / "a.gz");
  const std::string text(once.begin(), once.end());
  EXPECT_EQ(Failure([&] { LoadIdx(scratch.Write("b", text + text)); }), Exit::kBadInput) << "more than the header says, not ignored";
  EXPECT_EQ(LoadIdx(scratch / "a.gz").data, Bytes(300, 7));
}

TEST(AtomicFile, FollowsLinksKeepsModesAndSparesStrangers) {
  const Scratch scratch;
  scratch.Write("file", "old");
  std::filesystem::create_symlink("file", scratch / "link");
  std::filesystem::permissions(scratch / "file", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string stranger = ".tsu-" + std::to_string(getpid()) + "-0.tmp";
  scratch.Write(stranger, "not ours");
  WriteFileAtomically(scratch / "link", Of("new"));
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "link"));
  EXPECT_EQ(ReadFile(scratch / "file"), Of("new"));
  EXPECT_EQ(static_cast<int>(std::filesystem::status(scratch / "file").permissions()), 0600);
  EXPECT_EQ(ReadFile(scratch / stranger), Of("not ours"));
  WriteFileAtomically(scratch / std::string(255, 'n'), Of("as long as a name can be"));
  EXPECT_EQ(scratch.files(), 4u);
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / std::string(256, 'n')}); }), Exit::kOutput);
}

TEST(AtomicFile, APipeWithoutReaderIsNotWaitedFor) {
  const Scratch scratch;
  ASSERT_EQ(mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(Failure([&] { WriteFileAtomically(scratch / "pipe", Of("text")); }), Exit::kOutput);
  EXPECT_EQ(Failure([&] { ReadFile(scratch / "pipe"); }), Exit::kBadInput);
}

TEST(Outputs, AreAllDifferent) {
  const Scratch scratch;
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / "a", scratch / "./a"}); }), Exit::kUsage);
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / "a"}, {scratch / "./a"}); }), Exit::kUsage);
  EXPECT_EQ(Failure([&] { CheckOutputs({"/dev/null", "/dev/null", scratch / "a", scratch / "b"}, {scratch / "c"}); }), Exit::kOk);
}

TEST(AtomicFile, WholeOrAbsent) {
  const Scratch scratch;
  EXPECT_EQ(Failure([] { WriteFileAtomically("/dev/full", Of("text")); }), Exit::kOutput);
  EXPECT_EQ(Failure([&] { WriteFileAtomically(scratch / "no/such/folder", Of("text")); }), Exit::kOutput);
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / "no/such/folder"}); }), Exit::kOutput);
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / ""}); }), Exit::kOutput) << "a folder is no file";
  EXPECT_EQ(Failure([&] { CheckOutputs({scratch / "file"}); }), Exit::kOk);
  EXPECT_EQ(Failure([] { CheckOutputs({"/dev/full"}); }), Exit::kOk) << "only writing tells";
  EXPECT_EQ(scratch.files(), 0u) << "asking leaves nothing";
  WriteFileAtomically(scratch / "file", Of("old"));
  WriteFileAtomically(scratch / "file", Of("new text"));
  EXPECT_EQ(ReadFile(scratch / "file"), Of("new text"));
  EXPECT_EQ(scratch.files(), 1u);
}

TEST(Sheet, PlacesPictures) {
  const Bytes images = {255, 0, 0, 255, 10, 20, 30, 40};  // two of 2 x 2
  const Sheet sheet = ContactSheet(images, 2, 2, 2, 1);
  ASSERT_EQ(sheet.width, 10);
  ASSERT_EQ(sheet.height, 6);
  EXPECT_EQ(sheet.pixels[2 * 10 + 2], 255);
  EXPECT_EQ(sheet.pixels[3 * 10 + 7], 40);
  const Scratch scratch;
  SavePng(scratch / "a.png", sheet.width, sheet.height, sheet.pixels);
  const Bytes png = ReadFile(scratch / "a.png");
  ASSERT_GT(png.size(), 24u);
  EXPECT_EQ(png[1], 'P');
  EXPECT_EQ(png[19], 10) << "width in the PNG header";
}

}  // namespace
}  // namespace tsu
