// SPDX-License-Identifier: MIT
// A client on Apache HttpClient, which does auth-int with a body: POSTs twice,
// wants 200 twice.
//     HttpClientPeer PORT TARGET USER PASSWORD
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

public class HttpClientPeer {
    public static void main(String[] args) throws Exception {
        BasicCredentialsProvider who = new BasicCredentialsProvider();
        who.setCredentials(AuthScope.ANY, new UsernamePasswordCredentials(args[2], args[3]));
        try (CloseableHttpClient client =
                 HttpClients.custom().setDefaultCredentialsProvider(who).build()) {
            for (int i = 0; i < 2; i++) {
                HttpPost post = new HttpPost("http://127.0.0.1:" + args[0] + args[1]);
                post.setEntity(new StringEntity("<mbmsMSKRequest/>\n"));
                try (CloseableHttpResponse answer = client.execute(post)) {
                    EntityUtils.consume(answer.getEntity());
                    if (answer.getStatusLine().getStatusCode() != 200) {
                        System.err.println(answer.getStatusLine());
                        System.exit(1);
                    }
                }
            }
        }
    }
}
