// ipc/socket_file.h: what may be replaced, and who may connect when.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "ipc/socket_file.h"
#include "tests/support/temp_dir.h"

namespace icure::ipc {
namespace {

class SocketFileTest : public ::testing::Test {
 protected:
  Result<BoundSocket> bind(mode_t mode = 0660) { return BoundSocket::bind({path, mode, {}}); }
  support::TempDir directory;
  std::string path = directory.path() / "api.sock";
};

TEST_F(SocketFileTest, HasTheModeAndGroupThatWereAsked) {
  const auto bound = BoundSocket::bind({path, 0640, getgid()});
  ASSERT_TRUE(bound);
  struct stat found {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0640u);
  EXPECT_EQ(found.st_gid, getgid());
}

TEST_F(SocketFileTest, ReplacesWhatADeadServerLeft) {
  {
    auto dead = bind();
    ASSERT_TRUE(dead);
    std::filesystem::rename(path, path + ".kept");
  }
  std::filesystem::rename(path + ".kept", path);
  EXPECT_TRUE(bind());
}

TEST_F(SocketFileTest, RefusesWhereSomebodyAnswers) {
  const auto first = bind();
  ASSERT_TRUE(first);
  EXPECT_EQ(bind().error().code, Code::conflict);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(SocketFileTest, LetsManyWaitWhomNobodyAcceptsYet) {
  const auto bound = bind();
  ASSERT_TRUE(bound);
  sockaddr_un place{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(place.sun_path, sizeof place.sun_path - 1);
  std::vector<int> clients;
  for (int at = 0; at < 256; ++at) {
    clients.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    EXPECT_EQ(connect(clients.back(), reinterpret_cast<sockaddr*>(&place), sizeof place), 0) << at;
  }
  for (const int client : clients) close(client);
}

TEST_F(SocketFileTest, NeverRemovesWhatIsNoSocket) {
  std::ofstream(path) << "precious";
  EXPECT_EQ(bind().error().code, Code::invalid);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(SocketFileTest, RefusesAPathThatDoesNotFit) {
  path = "/tmp/" + std::string(108, 'x');
  EXPECT_EQ(bind().error().code, Code::invalid);
  path.clear();
  EXPECT_EQ(bind().error().code, Code::invalid);
}

TEST_F(SocketFileTest, SaysWhatIsWrongWithTheDirectory) {
  path = directory.path() / "none" / "api.sock";
  EXPECT_EQ(bind().error().code, Code::io);
}

TEST_F(SocketFileTest, IsGoneWithItsOwner) {
  { const auto bound = bind(); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace icure::ipc
