#include "net/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace net {
namespace {

using testing::HasSubstr;

TEST(Endpoint, ReadsAddressesAndNames) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:7101").value(), (Endpoint{"127.0.0.1", 7101}));
  EXPECT_EQ(parse_endpoint("[::1]:7101").value(), (Endpoint{"::1", 7101}));
  EXPECT_EQ(parse_endpoint("lock1.example:1").value(), (Endpoint{"lock1.example", 1}));
  EXPECT_EQ(parse_endpoint("localhost:65535").value(), (Endpoint{"localhost", 65535}));
}

TEST(Endpoint, NormalisesSoThatEqualPlacesAreEqualTexts) {
  EXPECT_EQ(to_string(parse_endpoint("LockHost.Example:7101").value()), "lockhost.example:7101");
  EXPECT_EQ(to_string(parse_endpoint("[0:0:0:0:0:0:0:1]:7101").value()), "[::1]:7101");
  EXPECT_EQ(to_string(parse_endpoint("127.0.0.1:07101").value()), "127.0.0.1:7101");
}

TEST(Endpoint, SaysWhatIsWrongAndWhatWouldBeRight) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "has no port"},
      {"localhost", "has no port"},
      {"localhost:", "no port from 1 to 65535"},
      {"localhost:0", "no port from 1 to 65535"},
      {"localhost:65536", "no port from 1 to 65535"},
      {"localhost:-1", "no port from 1 to 65535"},
      {"localhost:7101x", "no port from 1 to 65535"},
      {":7101", "has no host"},
      {"::1:7101", "needs brackets"},
      {"[::1", "closing ]"},
      {"[::1]", "has no port"},
      {"[::1]7101", "has no port"},
      {"[localhost]:7101", "no valid host"},
      {"[127.0.0.1]:7101", "no valid host"},
      {"300.1.1.1:7101", "no valid host"},
      {"a b:7101", "no valid host"},
      {"-a:7101", "no valid host"},
  };
  for (const auto& [text, what] : cases) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_THAT(endpoint.error(), HasSubstr(what)) << text;
    EXPECT_THAT(endpoint.error(), HasSubstr("127.0.0.1:7101")) << text;
  }
}

TEST(Endpoint, ReadsAListSeparatedByCommas) {
  const auto endpoints = parse_endpoints("a:1,[::1]:2,127.0.0.1:3");
  ASSERT_TRUE(endpoints.ok());
  EXPECT_EQ(endpoints.value(), (std::vector<Endpoint>{{"a", 1}, {"::1", 2}, {"127.0.0.1", 3}}));
  EXPECT_FALSE(parse_endpoints("a:1,").ok());
  EXPECT_FALSE(parse_endpoints("").ok());
}

}  // namespace
}  // namespace net
